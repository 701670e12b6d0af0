/** What an image of an example is asked on a CPU that this machine emulates: it imports what is heavy, and answers by it. */
export interface Question {
  readonly example: string;
  readonly image: string;
  /** Of the image's Python, on a read-only root. */
  readonly program: string;
  /** What it prints behind the name of the machine. */
  readonly answer: string;
}

/**
 * onnxruntime 1.31.1 ends with SIGSEGV when it is imported under qemu 7.2, whatever CPU that is told to be. So its files are compared with what its
 * wheel says of them.
 */
const onnxruntime = `
import base64, hashlib
from importlib.metadata import files
digest = lambda file: base64.urlsafe_b64encode(hashlib.new(file.hash.mode, file.read_binary()).digest()).rstrip(b"=").decode()
wrong = [str(file) for file in files("onnxruntime") if file.hash and digest(file) != file.hash.value]
`;

export const questions: readonly Question[] = [
  {
    example: 'discord-bot',
    image: 'discord-bot',
    program: `
import aiohttp, discord, pydantic_core, yarl
from discord_bot.bot import COGS, Bot
from discord_bot.quotes import Quotes
say(len(Quotes.load()), *COGS, issubclass(Bot, discord.Client))
`,
    answer: '4 about notes quotes reminders True',
  },
  {
    example: 'django-site',
    image: 'django-site',
    program: `
import os
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
import django
from django.core.management import call_command
from django.test import Client
django.setup()
call_command("migrate", verbosity=0)
say(Client().get("/health/", headers={"host": "localhost"}).status_code)
`,
    answer: '200',
  },
  {
    example: 'trades',
    image: 'ticks',
    program: `
import confluent_kafka
from ticks import main
producer = confluent_kafka.Producer({"bootstrap.servers": "127.0.0.1:9"})
say(len(producer), confluent_kafka.libversion()[0].split(".")[0])
`,
    answer: '0 2',
  },
  {
    example: 'trades',
    image: 'candles',
    program: `
import confluent_kafka
from candles import main
from candles.candle import candle_of
from trading.messages import Trade
trades = [Trade(symbol="ACME", time="2026-01-01T09:00:00Z", price=price, size=size) for price, size in (("20.00", 1), ("21.00", 3))]
say(candle_of(trades).volume, candle_of(trades).average)
`,
    answer: '4 20.75',
  },
  {
    example: 'trades',
    image: 'alerts',
    program: `
import confluent_kafka, httpx
from alerts import main
from alerts.rules import alert_of
from trading.messages import Candle
candle = Candle(symbol="ACME", minute="2026-01-01T09:00:00Z", open="20.00", high="21.00", low="20.00", close="21.00", volume=4, average=20.75)
say(alert_of(candle).strip())
`,
    answer: 'ACME rose by 5.0 % to 21.00 EUR (09:00)',
  },
  {
    example: 'vision-bot',
    image: 'vision-base',
    program: `${onnxruntime}
import numpy
from PIL import Image
say(numpy.arange(4).sum(), Image.new("L", (2, 3)).size, wrong)
`,
    answer: '6 (2, 3) []',
  },
  {
    example: 'vision-bot',
    image: 'vision-app',
    program: `${onnxruntime}
import numpy, structlog, typer, watchfiles
from PIL import Image
from vision_bot.settings import Settings
say(Settings().inbox, numpy.arange(4).sum(), Image.new("L", (2, 3)).size, wrong)
`,
    answer: '/app/inbox 6 (2, 3) []',
  },
  {
    example: 'media-api',
    image: 'media-runtime',
    program: `
import av, fastapi, uvicorn
from PIL import features
say(av.codec.Codec("mpeg4", "w").name, features.check("freetype2"))
`,
    answer: 'mpeg4 True',
  },
  {
    example: 'media-api',
    image: 'media-app',
    program: `
import io
from app.main import app
from app.pictures import clip, poster, still
film = io.BytesIO()
clip(poster("Moin"), film)
say(app.title != "", still(io.BytesIO(film.getvalue())).size)
`,
    answer: 'True (640, 360)',
  },
];
