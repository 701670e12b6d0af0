import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { until } from '../command.ts';
import { inMemory } from '../network.ts';
import { startDiscord } from './discord.ts';
import { buildExample, runExample, says } from './example.ts';

/** Kinds of options (Discord's developer documentation, "Application command option type"). */
const kind = { subcommand: 1, text: 3, integer: 4 } as const;

beforeAll(() => buildExample('discord-bot'));

describe('the example bot', () => {
  it('shakes hands with the gateway, beats, answers from its data files and its database, and ends when it is told to', async () => {
    const token = randomBytes(16).toString('hex');
    const discord = await startDiscord(token);
    const variables = { DISCORD_TOKEN: token, DISCORD_API: discord.api, DISCORD_GATEWAY: discord.gateway };
    const bot = runExample({ name: 'discord-bot', variables, wrap: inMemory });
    try {
      await says(bot, '"event": "commands"');
      await until('the bot beats twice', () => discord.heartbeats() >= 2);
      expect(discord.identified).toEqual([expect.objectContaining({ token })]);
      expect([...discord.commands()].sort()).toEqual(['about', 'note', 'quote', 'remind']);

      const note = randomBytes(8).toString('hex');
      await discord.give('note', [{ name: 'add', type: kind.subcommand, options: [{ name: 'text', type: kind.text, value: note }] }]);
      expect(await discord.give('note', [{ name: 'list', type: kind.subcommand }])).toBe(`1. ${note}`);
      const about = await discord.give('about');
      expect(about).toMatch(
        /^discord-bot 1\.2\.0 on discord\.py 2\.\d+\.\d+\n4 quotes about boats, containers, locks\n1 notes, as uid 1001$/,
      );

      const reminder = [
        { name: 'minutes', type: kind.integer, value: 0 },
        { name: 'text', type: kind.text, value: note },
      ];
      expect(await discord.give('remind', reminder)).toBe(`In 0 seconds: ${note}`);
      await until('the reminder comes', () => discord.sent.length > 0);
      expect(discord.sent).toEqual([`<@2000> ${note}`]);
    } finally {
      bot.kill('SIGTERM');
      await bot.ended;
      discord.close();
    }
    expect(await bot.ended).toMatchObject({ status: 0, out: expect.stringContaining('"event": "ready"') });
  });
});
