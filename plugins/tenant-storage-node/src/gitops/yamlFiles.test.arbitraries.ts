import fc from 'fast-check';
import { isMap, isPair, isSeq } from 'yaml';
import { keyOf, yamlSourceOf } from './yamlSource';
import type { YamlPathStep } from './yamlPath';

/** YAML as people write it: a tree, and how each part of it is written. */
type Tree =
  | { type: 'scalar'; text: string }
  | { type: 'block'; lines: string[]; header: string }
  | { type: 'map'; flow: boolean; entries: Array<[string, Tree, string]> }
  | { type: 'seq'; flow: boolean; items: Array<[Tree, string]> };

/** Plain words. */
export const word = fc.stringMatching(
  /^[a-zA-Z][a-zA-Z0-9 _.-]{0,10}[a-z0-9]$/,
);
/** What readers of YAML 1.1 and 1.2 take for different things. */
export const awkward = fc.constantFrom(
  '0755',
  '12345678901234567890',
  '1_000',
  'yes',
  'ON',
  '~',
  '1e3',
  '0x1f',
  '12:30:45',
  '2001-01-01',
  '.inf',
  '10Gi',
  'true',
);
const flowScalar = fc.oneof(
  word,
  awkward,
  fc.string({ maxLength: 12 }).map(text => JSON.stringify(text)),
  fc
    .string({ unit: 'grapheme-ascii', maxLength: 12 })
    .map(text => `'${text.replace(/'/g, "''")}'`),
);
const comment = fc.oneof(
  { weight: 3, arbitrary: fc.constant('') },
  fc
    .stringMatching(/^[a-z0-9 :{}[\]'"#,&*|>-]{0,20}$/)
    .map(text => ` # ${text}`),
);
const key = fc.oneof(
  // Keys that a YAML 1.1 reader takes for something else are not found again by it; e-5 is one to the library, other than to most.
  fc
    .stringMatching(/^[a-z][a-z0-9./-]{0,8}[a-z0-9]$/)
    .filter(each => !/^(e-?[0-9]+|yes|no|on|off|true|false|null)$/.test(each)),
  fc.stringMatching(/^[a-z][a-z ]{0,6}[a-z]$/).map(each => `"${each}"`),
  fc.constantFrom('"0755"', "'yes'", '"a: b"', '"#x"'),
);
const sameKey = (entry: [string, Tree, string]) =>
  entry[0].replace(/^["']|["']$/g, '');

const { tree } = fc.letrec<{ tree: Tree; flow: Tree }>(tie => ({
  flow: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    flowScalar.map((text): Tree => ({ type: 'scalar', text })),
    fc
      .uniqueArray(fc.tuple(key, tie('flow'), fc.constant('')), {
        selector: sameKey,
        maxLength: 3,
      })
      .map((entries): Tree => ({ type: 'map', flow: true, entries })),
    fc
      .array(fc.tuple(tie('flow'), fc.constant('')), { maxLength: 3 })
      .map((items): Tree => ({ type: 'seq', flow: true, items })),
  ),
  tree: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    flowScalar.map((text): Tree => ({ type: 'scalar', text })),
    fc.record({
      type: fc.constant('block' as const),
      header: fc.constantFrom('|', '>', '|-', '>-', '|+'),
      lines: fc.array(fc.stringMatching(/^[a-z0-9][a-z0-9 :#{}-]{0,12}$/), {
        minLength: 1,
        maxLength: 3,
      }),
    }),
    tie('flow'),
    fc
      .uniqueArray(fc.tuple(key, tie('tree'), comment), {
        selector: sameKey,
        minLength: 1,
        maxLength: 4,
      })
      .map((entries): Tree => ({ type: 'map', flow: false, entries })),
    fc
      .array(fc.tuple(tie('tree'), comment), { minLength: 1, maxLength: 3 })
      .map((items): Tree => ({ type: 'seq', flow: false, items })),
  ),
}));

function flowText(node: Tree): string {
  switch (node.type) {
    case 'map':
      return `{ ${node.entries
        .map(([each, value]) => `${each}: ${flowText(value)}`)
        .join(', ')} }`;
    case 'seq':
      return `[${node.items.map(([item]) => flowText(item)).join(', ')}]`;
    case 'block':
      return JSON.stringify(node.lines.join(' '));
    default:
      return node.text;
  }
}

function valueLines(
  node: Tree,
  start: string,
  note: string,
  indent: number,
  step: number,
): string[] {
  const pad = ' '.repeat(indent);
  if (node.type === 'block') {
    return [
      `${start} ${node.header}${note}`,
      ...node.lines.map(line => `${pad}${' '.repeat(step)}${line}`),
    ];
  }
  if ((node.type === 'map' || node.type === 'seq') && !node.flow) {
    return [`${start}${note}`, ...blockLines(node, indent + step, step)];
  }
  return [`${start} ${flowText(node)}${note}`];
}

function blockLines(node: Tree, indent: number, step: number): string[] {
  const pad = ' '.repeat(indent);
  if (node.type === 'map' && !node.flow) {
    return node.entries.flatMap(([each, value, note]) =>
      valueLines(value, `${pad}${each}:`, note, indent, step),
    );
  }
  if (node.type === 'seq' && !node.flow) {
    return node.items.flatMap(([item, note]) =>
      valueLines(item, `${pad}-`, note, indent, step),
    );
  }
  return [`${pad}${flowText(node)}`];
}

/** Files as people write them: one to three documents. */
export const files = fc
  .record({
    documents: fc.array(tree, { minLength: 1, maxLength: 3 }),
    anchors: fc.boolean(),
    step: fc.constantFrom(1, 2, 4),
    crlf: fc.boolean(),
    mark: fc.boolean(),
    ended: fc.boolean(),
    tail: comment,
  })
  .map(({ documents, anchors, step, crlf, mark, ended, tail }) => {
    const lines = documents.flatMap((document, index) => [
      ...(index > 0 || documents.length > 1 ? ['---'] : []),
      ...(document.type === 'map' && !document.flow
        ? [
            ...(anchors
              ? ['anchored-here: &a { x: 1 }', 'repeated-here: *a']
              : []),
            ...blockLines(document, 0, step),
          ]
        : blockLines(
            { type: 'map', flow: false, entries: [['k', document, '']] },
            0,
            step,
          )),
    ]);
    if (tail) lines.push(tail.trim());
    const eol = crlf ? '\r\n' : '\n';
    return `${mark ? '\ufeff' : ''}${lines.join(eol)}${ended ? eol : ''}`;
  });

/** A node of a file. */
export interface Found {
  document: number;
  path: YamlPathStep[];
  start: number;
  end: number;
  /** Where its key ends, of an entry of a list where it starts itself. */
  keyEnd: number;
}

/** The nodes of a file that nothing else refers to. */
export function placesOf(
  text: string,
  wanted: (node: unknown) => boolean,
): Found[] {
  const found: Found[] = [];
  const walk = (
    node: unknown,
    document: number,
    path: YamlPathStep[],
    itsKey?: unknown,
  ) => {
    const { range, anchor } = (node ?? {}) as {
      range?: number[];
      anchor?: string;
    };
    if (anchor) return;
    if (range && wanted(node)) {
      const of = (itsKey ?? {}) as { range?: number[] };
      found.push({
        document,
        path,
        start: range[0],
        end: range[1],
        keyEnd: of.range?.[1] ?? range[0],
      });
    }
    if (isMap(node)) {
      for (const pair of node.items) {
        const name = keyOf(pair);
        if (name !== undefined) {
          walk(pair.value, document, [...path, name], pair.key);
        }
      }
    } else if (isSeq(node)) {
      node.items.forEach((item, index) => {
        if (!isPair(item)) walk(item, document, [...path, index]);
      });
    }
  };
  yamlSourceOf({ path: 'a.yaml', text }).documents.forEach((document, index) =>
    walk(document.contents, index, []),
  );
  return found;
}
