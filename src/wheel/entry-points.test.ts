import { describe, expect, it } from 'vitest';
import { parseScripts, scriptText } from './entry-points.ts';

const read = (text: string, pythonMinor = '3.13') => parseScripts(text, { wheel: 'demo', pythonMinor });
const names = (text: string) => read(text).map((script) => script.name);

describe('parseScripts', () => {
  it('reads console and GUI scripts and no other group', () => {
    const text = '[other]\nx = ?\n[console_scripts]\na=m:f\n\n# note\n; note\n[ gui_scripts ]\nB = m.sub : Class.method [extra, two]\n';
    expect(read(text)).toEqual([
      { name: 'a', module: 'm', attribute: 'f' },
      { name: 'B', module: 'm.sub', attribute: 'Class.method' },
    ]);
  });

  it('reads Windows line ends, trailing comments and names with spaces', () => {
    expect(read('[console_scripts]\r\nmy tool = m:f ; note\r\n')).toEqual([{ name: 'my tool', module: 'm', attribute: 'f' }]);
  });

  it("lets pip's commands follow the Python at hand", () => {
    expect(names('[console_scripts]\npip=p:m\npip3=p:m\npip3.9=p:m\n')).toEqual(['pip', 'pip3', 'pip3.13']);
    expect(names('[console_scripts]\nmemray3.9=p:m\n')).toEqual(['memray3.9']);
  });

  it('keeps one of two equal definitions and refuses different ones', () => {
    expect(names('[console_scripts]\na=m:f\na = m:f\n')).toEqual(['a']);
    expect(() => read('[console_scripts]\na=m:f\na=m:g\n')).toThrow(expect.objectContaining({ code: 'WHEEL_INVALID' }));
  });

  it.each(['a', 'a : m:f', 'a = m', 'a = m:', 'a = :f', 'a = m:f [x', 'a = m:f()', 'a = m:f\\x'])('refuses the line %s', (line) => {
    expect(() => read(`[console_scripts]\n${line}\n`)).toThrow(expect.objectContaining({ code: 'WHEEL_INVALID' }));
  });

  it.each(['python', 'Python3', 'python3.12', 'python3.13t', 'pythonw.exe', 'python.py', 'pypy', 'graalpy24'])(
    'refuses the name %s',
    (name) => {
      expect(() => read(`[console_scripts]\n${name} = m:f\n`)).toThrow(/reserved-name$/);
    },
  );

  it.each(['python-tool', 'python4', 'ipython', 'python3-config'])('accepts the name %s', (name) => {
    expect(names(`[console_scripts]\n${name} = m:f\n`)).toEqual([name]);
  });
});

describe('scriptText', () => {
  it('imports the first attribute and calls the whole path', () => {
    expect(scriptText({ name: 'x', module: 'pkg.cli', attribute: 'App.main' }, '/v/bin/python')).toMatchInlineSnapshot(`
      "#!/v/bin/python
      # -*- coding: utf-8 -*-
      import sys
      from pkg.cli import App
      if __name__ == "__main__":
          if sys.argv[0].endswith("-script.pyw"):
              sys.argv[0] = sys.argv[0][:-11]
          elif sys.argv[0].endswith(".exe"):
              sys.argv[0] = sys.argv[0][:-4]
          sys.exit(App.main())
      "
    `);
  });
});
