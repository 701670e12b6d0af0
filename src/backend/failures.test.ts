import { describe, expect, it } from 'vitest';
import { failure, isCompiler } from './failures.ts';
import type { BuildJob } from './types.ts';

const job = { label: 'demo 1.0', backend: { buildBackend: 'hatchling.build', backendPath: [], configSettings: {} } } as unknown as BuildJob;
const failed = { type: 'failed', reason: 'ValueError: no\nmore', program: undefined, refused: [] } as const;

describe('isCompiler', () => {
  it.each(['cc', 'gcc', 'gcc-12', 'x86_64-linux-gnu-gcc', 'c++', 'clang++', 'cl.exe', 'cargo', 'cmake', 'make'])('knows %s', (name) => {
    expect(isCompiler(name)).toBe(true);
  });
  it.each(['git', 'hg', 'uname', 'ccache-stats', 'node', 'ldconfig'])('leaves %s', (name) => {
    expect(isCompiler(name)).toBe(false);
  });
});

describe('failure', () => {
  it('gives the reason and the last lines of the log', () => {
    const log = Array.from({ length: 30 }, (_, at) => `line ${at}`).join('\n');
    const error = failure(job, { news: failed, log });
    expect(error.code).toBe('BACKEND_FAILED');
    expect(error.message).toBe('could not build demo 1.0: hatchling.build failed: ValueError: no');
    expect(error.details).toHaveLength(20);
    expect(error.details.at(-1)).toBe('line 29');
    expect(error.hint).toContain('build its wheel');
  });

  it('names a missing module and where it is asked for', () => {
    const news = { ...failed, reason: "ModuleNotFoundError: No module named 'numpy'" };
    expect(failure(job, { news, log: '' }).hint).toContain('numpy to build-system.requires');
  });

  it('names the program that was not started, and the two ways out', () => {
    const error = failure(job, { news: { ...failed, program: 'gcc' }, log: '' });
    expect([error.code, error.message]).toEqual([
      'BACKEND_PROGRAM',
      'could not build demo 1.0: its build needs a compiler (it starts gcc)',
    ]);
    expect(error.hint).toMatch(/wheel.*BuildKit/);
    expect(failure(job, { news: { ...failed, program: 'node' }, log: '' }).message).toContain('its build starts node');
    // It went on without its compiler, and failed elsewhere.
    expect(failure(job, { news: { ...failed, refused: ['hg', 'cc'] }, log: '' }).code).toBe('BACKEND_PROGRAM');
    expect(failure(job, { news: { ...failed, refused: ['git tag x'] }, log: '' }).message).toContain('its build starts git tag x');
    expect(failure(job, { news: { ...failed, refused: ['git'] }, log: '' }).code).toBe('BACKEND_FAILED');
    expect(failure(job, { news: { ...failed, refused: ['hg'] }, log: '' }).code).toBe('BACKEND_FAILED');
  });

  it.each([
    ['time', 'BACKEND_LIMIT'],
    ['memory', 'BACKEND_LIMIT'],
    ['broken', 'BACKEND_FAILED'],
    ['exit', 'BACKEND_FAILED'],
  ] as const)('says how the process ended: %s', (reason, code) => {
    const error = failure(job, { ending: { reason, stderr: 'out of memory' }, log: '' });
    expect(error.code).toBe(code);
    if (code === 'BACKEND_FAILED') expect(error.details).toEqual(['out of memory']);
  });
});
