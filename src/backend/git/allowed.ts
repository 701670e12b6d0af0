import type { BuildLayout } from '../layout.ts';

/** What one command may be given: options by shape, whether names of revisions or paths may follow. */
interface Form {
  readonly options: readonly RegExp[];
  /** Options whose value is the next word. */
  readonly valued?: readonly string[];
  readonly operands: 'none' | 'revisions' | 'paths';
  /** Without one of these the command would do something else. */
  readonly requires?: RegExp;
}

const revision = /^(?!-)[\w./^~@{}*+=:-]+$/;
const pattern = String.raw`[^\0\n]*`;
/** A format; those that check signatures start a program. */
const format = String.raw`(?!.*%(?:G|\(signature))${pattern}`;
const shape = (text: string) => new RegExp(`^(?:${text})$`, 's');

/** Every form reads the repository and nothing else: none writes, follows a configured program, or goes to a server. */
const forms: Readonly<Record<string, Form>> = {
  describe: {
    options: [
      shape(
        `--(?:dirty|tags|all|long|always|first-parent|exact-match|contains|abbrev=\\d+|dirty=[\\w.+-]*|(?:match|exclude)=${pattern}|candidates=\\d+)`,
      ),
    ],
    valued: ['--match', '--exclude', '--abbrev', '--candidates'],
    operands: 'revisions',
  },
  'rev-parse': {
    options: [
      shape(
        '--(?:show-toplevel|show-prefix|show-cdup|git-dir|absolute-git-dir|git-common-dir|is-inside-work-tree|is-shallow-repository|is-bare-repository)',
      ),
      shape('--(?:verify|quiet|abbrev-ref|symbolic-full-name|short|short=\\d+|abbrev-ref=(?:strict|loose))|-q'),
    ],
    operands: 'revisions',
  },
  'rev-list': {
    options: [
      shape(
        '--(?:count|all|tags|max-count=\\d+|left-right|first-parent|no-merges|max-parents=\\d+|no-walk|topo-order|date-order)|-n\\d+|-\\d+',
      ),
    ],
    valued: ['-n', '--max-count'],
    operands: 'revisions',
  },
  log: { options: logOptions(), valued: ['-n', '--max-count'], operands: 'revisions' },
  show: { options: logOptions(), valued: ['-n'], operands: 'revisions', requires: /^(?:-s|--no-patch)$/ },
  status: {
    options: [shape('--porcelain(?:=v?[12])?|-z|-s|--short|-uno|--untracked-files(?:=(?:no|normal|all))?|--ignore-submodules(?:=\\w+)?')],
    operands: 'none',
  },
  'ls-files': {
    options: [shape('--(?:cached|others|ignored|exclude-standard|error-unmatch|deleted|modified|full-name)|-[zcoidms]+')],
    operands: 'paths',
  },
  'symbolic-ref': { options: [shape('--short|--quiet|-q')], operands: 'revisions' },
  'show-ref': { options: [shape('--(?:tags|heads|head|hash|abbrev|dereference|verify|quiet|abbrev=\\d+)|-[dsq]')], operands: 'revisions' },
  'for-each-ref': {
    options: [shape(`--(?:format|sort|merged|points-at|contains|count)=${format}`)],
    valued: ['--format', '--sort', '--merged', '--points-at'],
    operands: 'revisions',
  },
  tag: {
    options: [shape(`-l|--list|--(?:sort|merged|points-at|contains|format)=${format}`)],
    valued: ['--sort', '--merged', '--points-at', '--contains'],
    operands: 'revisions',
    requires: /^(?:-l|--list|--points-at.*|--merged.*|--contains.*)$/,
  },
  branch: {
    options: [shape('--show-current|--list|-[ra]|--contains')],
    operands: 'revisions',
    requires: /^(?:--show-current|--list|--contains)$/,
  },
  'merge-base': { options: [shape('--is-ancestor|--all')], operands: 'revisions' },
  archive: { options: [shape(`--format=tar|--prefix=${pattern}`)], valued: ['--prefix'], operands: 'revisions' },
};

function logOptions(): readonly RegExp[] {
  return [
    shape(
      `--(?:format|pretty)=${format}|--date=[\\w:%-]+|--(?:no-)?abbrev(?:-commit|=\\d+)?|--oneline|--reverse|--all|--tags|--merges|--no-merges`,
    ),
    shape(
      '--(?:decorate(?:=\\w+)?|simplify-by-decoration|topo-order|date-order|first-parent|no-show-signature|no-color|max-count=\\d+|no-patch)|-s|-\\d+|-n\\d+',
    ),
  ];
}

/**
 * The words that the host's git is given for a backend's question, or undefined if the question isn't one of those that are answered. Before the
 * command, only words that name the tree itself are taken, and left out.
 */
export function allowedGit(question: readonly string[], layout: BuildLayout): readonly string[] | undefined {
  if (question.length === 1 && (question[0] === '--version' || question[0] === 'version')) return ['--version'];
  const rest = withoutGlobal(question, layout);
  const [command = '', ...given] = rest ?? [];
  const form = Object.hasOwn(forms, command) ? forms[command] : undefined;
  if (form === undefined) return undefined;
  const words = form.operands === 'paths' ? given.map((word) => belowTop(word, layout)) : given;
  return fits(form, words) ? [command, ...words] : undefined;
}

/** A path that the backend knows as absolute; on the host it is another, below the same top level. */
function belowTop(word: string, { top }: BuildLayout): string {
  return word.startsWith(`${top}/`) ? `:(top,literal)${word.slice(top.length + 1)}` : word;
}

/** Restrictions of paths by place and attribute (gitglossary, "pathspec"). */
const magic = /^:\((?:top|exclude|literal|attr:[\w-]+)(?:,(?:top|exclude|literal|attr:[\w-]+))*\)/;

function withoutGlobal(words: readonly string[], { top }: BuildLayout): readonly string[] | undefined {
  let rest = words;
  for (;;) {
    const [first = '', second = ''] = rest;
    if (first === '--no-pager' || first === `--git-dir=${top}/.git` || first === `--work-tree=${top}`) rest = rest.slice(1);
    else if (first === '-c' && /^(?:log\.showsignature=false|core\.quotepath=\w+|core\.fsmonitor=false|core\.abbrev=auto)$/i.test(second))
      rest = rest.slice(2);
    else if ((first === '--git-dir' && isGitDirectory(second, top)) || (first === '-C' && isInside(second, top))) rest = rest.slice(2);
    else return first.startsWith('-') ? undefined : rest;
  }
}

function isGitDirectory(path: string, top: string): boolean {
  return path === `${top}/.git` || path === '.git';
}

/** Only the top level: elsewhere the answer would be another. */
function isInside(path: string, top: string): boolean {
  return path === top || path === '.';
}

function fits(form: Form, words: readonly string[]): boolean {
  let required = form.requires === undefined;
  let literal = false;
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    if (form.requires?.test(word)) required = true;
    if (word === '--' && !literal) literal = true;
    else if (!literal && form.valued?.includes(word)) {
      at++;
      if (!shape(format).test(words[at] ?? '\0')) return false;
    } else if (!literal && word.startsWith('-')) {
      if (!form.options.some((option) => option.test(word))) return false;
    } else if (!isOperand(form, word, literal)) return false;
  }
  return required;
}

function isOperand({ operands }: Form, word: string, literal: boolean): boolean {
  if (operands === 'none') return false;
  const path = word.replace(magic, '');
  const isPath = !path.startsWith('/') && !path.startsWith(':') && !path.split('/').includes('..');
  if (operands === 'paths' || literal) return isPath;
  return revision.test(word);
}
