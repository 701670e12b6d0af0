/** What an image of an example must hold beside its modules. */
export interface Expected {
  readonly example: string;
  readonly image: string;
  /** Data files: path in the image, path in the example. Of root, and readable for everybody. */
  readonly files: Readonly<Record<string, string>>;
  /** Files that can be executed. */
  readonly programs: readonly string[];
  /** Directories of the run user, by mode. */
  readonly directories: Readonly<Record<string, number>>;
}

const modern = '/app/.venv/lib/python3.13/site-packages';
const shared = { [`${modern}/trading/instruments.toml`]: 'libs/trading/src/trading/instruments.toml' };
const state = { '/app/state': 0o750 };

export const expectedImages: readonly Expected[] = [
  {
    example: 'discord-bot',
    image: 'discord-bot',
    files: {
      [`${modern}/discord_bot/data/quotes.toml`]: 'src/discord_bot/data/quotes.toml',
      [`${modern}/discord_bot/data/schema.sql`]: 'src/discord_bot/data/schema.sql',
    },
    programs: ['/app/.venv/bin/discord-bot'],
    directories: { '/app/data': 0o750 },
  },
  {
    example: 'vision-bot',
    image: 'vision-app',
    files: {
      [`${modern}/vision_bot/model/shapes.onnx`]: 'src/vision_bot/model/shapes.onnx',
      [`${modern}/vision_bot/model/labels.json`]: 'src/vision_bot/model/labels.json',
    },
    programs: ['/app/.venv/bin/vision-bot'],
    directories: { '/app/inbox': 0o755, '/app/outbox': 0o755 },
  },
  {
    example: 'trades',
    image: 'ticks',
    files: { ...shared, [`${modern}/ticks/trades.csv`]: 'services/ticks/src/ticks/trades.csv' },
    programs: ['/app/.venv/bin/ticks'],
    directories: state,
  },
  { example: 'trades', image: 'candles', files: shared, programs: ['/app/.venv/bin/candles'], directories: state },
  {
    example: 'trades',
    image: 'alerts',
    files: {
      ...shared,
      [`${modern}/alerts/rules.toml`]: 'services/alerts/src/alerts/rules.toml',
      [`${modern}/alerts/templates/alert.txt.j2`]: 'services/alerts/src/alerts/templates/alert.txt.j2',
    },
    programs: ['/app/.venv/bin/alerts'],
    directories: state,
  },
  {
    example: 'media-api',
    image: 'media-app',
    files: {
      '/app/app/templates/home.html': 'app/templates/home.html',
      '/app/config/media.toml': 'config/media.toml',
      '/app/config/logging.json': 'config/logging.json',
    },
    programs: ['/app/start.sh', '/app/.venv/bin/uvicorn'],
    directories: { '/app/media': 0o750 },
  },
  {
    example: 'django-site',
    image: 'django-site',
    files: {
      '/app/notes/templates/notes/home.html': 'notes/templates/notes/home.html',
      '/app/notes/static/notes/site.css': 'notes/static/notes/site.css',
    },
    programs: ['/app/manage.py', '/app/.venv/bin/gunicorn'],
    directories: { '/app/data': 0o750 },
  },
];
