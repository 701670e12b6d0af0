import { describe, expect, it } from 'vitest';
import { ToolError } from '../errors/index.ts';
import { parsePage } from './page.ts';

const url = 'https://index.example/simple/demo/';
const hex = 'ab'.repeat(32);

function html(body: string, at = url) {
  return parsePage({ text: `<!DOCTYPE html><html><body>${body}</body></html>`, type: 'text/html; charset=utf-8', url: at });
}

function json(files: unknown, more = {}) {
  return parsePage({ text: JSON.stringify({ files, ...more }), type: 'application/vnd.pypi.simple.v1+json', url });
}

describe('pages in JSON', () => {
  it('give every field', () => {
    const file = {
      filename: 'demo-1.0-py3-none-any.whl',
      url: '../../files/demo-1.0-py3-none-any.whl',
      hashes: { sha256: hex.toUpperCase(), md5: 'x' },
      size: 12,
      'requires-python': '>=3.8',
      yanked: 'bad build',
      'core-metadata': { sha256: hex },
    };
    expect(json([file])).toEqual([
      {
        filename: 'demo-1.0-py3-none-any.whl',
        location: { url: 'https://index.example/files/demo-1.0-py3-none-any.whl' },
        sha256: `sha256:${hex}`,
        size: 12,
        requiresPython: '>=3.8',
        yanked: true,
        metadata: true,
      },
    ]);
  });

  it('may leave out what is optional', () => {
    const [found] = json([{ filename: 'demo-1.0.tar.gz', url: 'demo-1.0.tar.gz', hashes: {}, yanked: false, 'requires-python': null }]);
    expect(found).toMatchObject({ sha256: undefined, size: undefined, requiresPython: undefined, yanked: false, metadata: false });
  });

  it('lose files whose link or name cannot be used', () => {
    const bad = [
      { filename: '../demo-1.0.tar.gz', url: 'x' },
      { filename: 'demo\n-1.0.tar.gz', url: 'x' },
      { filename: 'demo-1.0.tar.gz', url: 'http://index.example/demo-1.0.tar.gz' },
      { filename: 'demo-1.0.tar.gz', url: 'https://10.0.0.1/demo-1.0.tar.gz' },
      { filename: 'demo-1.0.tar.gz', url: 'file:///etc/passwd' },
      { filename: 'demo-1.0.tar.gz' },
      'text',
    ];
    expect(json(bad)).toEqual([]);
  });

  it.each(['{', '[]', '{"files": {}}'])('are refused when they are none: %s', (text) => {
    const read = () => parsePage({ text, type: 'application/json', url: 'https://user:secret@index.example/simple/demo/' });
    expect(read).toThrow(ToolError);
    expect(read).not.toThrow(/secret/);
  });
});

describe('pages in HTML', () => {
  it('give links with hash, Python range, metadata and yanked', () => {
    const anchor = `<a href="/f/demo-1.0%2Blocal-py3-none-any.whl#sha256=${hex}" data-requires-python="&gt;=3.8,&#60;4" data-yanked="" data-core-metadata="sha256=${hex}">demo</a>`;
    expect(html(anchor)).toEqual([
      {
        filename: 'demo-1.0+local-py3-none-any.whl',
        location: { url: 'https://index.example/f/demo-1.0%2Blocal-py3-none-any.whl' },
        sha256: `sha256:${hex}`,
        size: undefined,
        requiresPython: '>=3.8,<4',
        yanked: true,
        metadata: true,
      },
    ]);
  });

  it('may be written in any of the usual ways', () => {
    const text = `<A HREF='demo-1.0.tar.gz'>a</A><a data-x=1 href=demo-2.0.tar.gz>b</a><a class="x > y"\n href="demo-3.0.tar.gz#egg=demo&sha256=${hex}">c</a>`;
    expect(html(text).map(({ filename, sha256 }) => [filename, sha256 !== undefined])).toEqual([
      ['demo-1.0.tar.gz', false],
      ['demo-2.0.tar.gz', false],
      ['demo-3.0.tar.gz', true],
    ]);
  });

  it('start links at <base>, which may not leave the public network', () => {
    const where = (body: string) => html(body).map(({ location }) => location);
    expect(where('<base href="https://files.example/all/"><a href="demo-1.0.tar.gz">a</a>')).toEqual([
      { url: 'https://files.example/all/demo-1.0.tar.gz' },
    ]);
    expect(where('<base href="https://127.0.0.1/"><a href="demo-1.0.tar.gz">a</a>')).toEqual([{ url: `${url}demo-1.0.tar.gz` }]);
  });

  it('carry no login of the index into links', () => {
    const [found] = html('<a href="demo-1.0.tar.gz">a</a>', 'https://user:secret@index.example/simple/demo/');
    expect(JSON.stringify(found)).not.toContain('secret');
  });

  it('are read in time that grows with their length alone', () => {
    expect(html('<a "'.repeat(200_000))).toEqual([]);
    expect(html(`<a ${'x='.repeat(400_000)}`)).toEqual([]);
  });
});
