import { describe, expect, it } from 'vitest';
import type { BaseFacts } from '../base/facts.ts';
import type { ImageConfig } from '../config/types.ts';
import { type ConfigInput, planConfig } from './config.ts';

const base = {
  config: {
    env: ['PATH=/usr/local/bin:/usr/bin', 'LANG=C.UTF-8'],
    labels: { a: 'base', b: 'base' },
    volumes: ['/data'],
    exposedPorts: ['53/udp'],
  },
} as unknown as BaseFacts;

const image = {
  venv: '/app/.venv',
  workdir: '/app',
  user: { name: 'app', uid: 1001, gid: 1001 },
  env: { TZ: 'Asia/Tokyo' },
  labels: { b: 'ours' },
  entrypoint: [],
  ports: [],
  health: undefined,
  stopSignal: undefined,
} as unknown as ImageConfig;

function plan(changes: Partial<ImageConfig> = {}, input: Partial<ConfigInput> = {}): ReturnType<typeof planConfig> {
  const start = { command: ['gunicorn', 'site.wsgi'], ports: [8000], stopSignal: 'SIGTERM' };
  return planConfig({ image: { ...image, ...changes }, base, home: '/home/app', start, created: undefined, stamp: {}, ...input });
}

describe('planConfig', () => {
  it("keeps the base's environment and puts the virtual environment first on PATH", () => {
    expect(plan().env).toEqual([
      'PATH=/app/.venv/bin:/usr/local/bin:/usr/bin',
      'LANG=C.UTF-8',
      'VIRTUAL_ENV=/app/.venv',
      'PYTHONUNBUFFERED=1',
      'HOME=/home/app',
      'USER=app',
      'LOGNAME=app',
      'TZ=Asia/Tokyo',
    ]);
  });

  it('lets the configuration win over everything', () => {
    expect(plan({ env: { PYTHONUNBUFFERED: '0', HOME: '/tmp' } }).env).toEqual(expect.arrayContaining(['PYTHONUNBUFFERED=0', 'HOME=/tmp']));
  });

  it('inherits labels, volumes and ports, and replaces the rest', () => {
    const config = plan({}, { stamp: { 'org.opencontainers.image.revision': 'c0ffee' } });
    expect(config.labels).toEqual({ a: 'base', b: 'ours', 'org.opencontainers.image.revision': 'c0ffee' });
    expect(config.volumes).toEqual(['/data']);
    expect(config.exposedPorts).toEqual(['53/udp', '8000/tcp']);
    expect(config.entrypoint).toEqual([]);
    expect(config.user).toBe('1001:1001');
  });

  it('prefers configured ports and signal over those of the start', () => {
    expect(plan({ ports: [80, 443], stopSignal: 'SIGQUIT' })).toMatchObject({
      exposedPorts: ['443/tcp', '53/udp', '80/tcp'],
      stopSignal: 'SIGQUIT',
    });
    expect(plan().stopSignal).toBe('SIGTERM');
  });

  it('is dated by SOURCE_DATE_EPOCH, else by the constant', () => {
    expect(plan().created).toBe('2000-01-01T00:00:00Z');
    expect(plan({}, { created: 1_700_000_000 }).created).toBe('2023-11-14T22:13:20Z');
  });

  it('checks health with Python and without a shell or a proxy', () => {
    const times = { interval: 30, timeout: 3, startPeriod: 5, retries: 3 };
    const probe = plan({ health: { http: '/health/', port: 8080, host: 'site.example', ...times } }).healthcheck;
    expect(probe?.test.slice(0, 3)).toEqual(['CMD', '/app/.venv/bin/python', '-c']);
    expect(probe?.test[3]).toContain('HTTPConnection("127.0.0.1",8080,timeout=3)');
    expect(probe?.test[3]).toContain('c.request("GET","/health/",headers={"Host":"site.example"})');
    expect(probe).toMatchObject({ interval: 30e9, timeout: 3e9, startPeriod: 5e9, retries: 3 });
    expect(plan({ health: { command: ['true'], ...times } }).healthcheck?.test).toEqual(['CMD', 'true']);
  });
});
