import { createHash } from 'node:crypto';
import { FileTree, mergeTrees, TreeFile } from './threeWayMerge';

describe('merging three ways', () => {
  const contents = new Map<string, Buffer>();

  /** A tree of these files; a list is a mode and a content. */
  const tree = (
    files: Record<string, string | Buffer | [mode: string, text: string]>,
  ): FileTree =>
    new Map(
      Object.entries(files).map(([path, file]): [string, TreeFile] => {
        const [mode, content] = Array.isArray(file) ? file : ['100644', file];
        const bytes = Buffer.from(content as string);
        const sha = createHash('sha1').update(bytes).digest('hex');
        contents.set(sha, bytes);
        return [path, { mode, sha }];
      }),
    );

  const merge = async (
    base: FileTree,
    ours: FileTree,
    theirs: FileTree,
  ): Promise<Record<string, string> | string[]> => {
    const result = await mergeTrees({
      base,
      ours,
      theirs,
      contentOf: async sha => contents.get(sha)!,
    });
    return result.merged
      ? Object.fromEntries(
          [...result.changes].map(([path, change]) => {
            switch (change.kind) {
              case 'removed':
                return [path, '(removed)'];
              case 'text':
                return [path, `${change.mode} ${change.text}`];
              default:
                return [
                  path,
                  `${change.file.mode} ${contents.get(change.file.sha)}`,
                ];
            }
          }),
        )
      : result.conflicts;
  };

  it('takes what only the other side changed, added or removed', async () => {
    expect(
      await merge(
        tree({ a: '1', b: '1', c: '1' }),
        tree({ a: '1', b: '1', c: '1', ours: 'x' }),
        tree({ a: '2', c: '1', d: '1' }),
      ),
    ).toEqual({ a: '100644 2', b: '(removed)', d: '100644 1' });
  });

  it('leaves what only this side changed, and what both did alike', async () => {
    expect(
      await merge(
        tree({ a: '1', b: '1', c: '1' }),
        tree({ a: '2', b: '3' }),
        tree({ a: '1', b: '3' }),
      ),
    ).toEqual({});
  });

  it('merges lines, and keeps their ends', async () => {
    expect(
      await merge(
        tree({ a: '1\r\n2\r\n3\r\n4\r\n5' }),
        tree({ a: 'one\r\n2\r\n3\r\n4\r\n5' }),
        tree({ a: '1\r\n2\r\n3\r\n4\r\nfive' }),
      ),
    ).toEqual({ a: '100644 one\r\n2\r\n3\r\n4\r\nfive' });
  });

  it('merges a change of the mode with one of the content', async () => {
    expect(
      await merge(
        tree({ a: '1' }),
        tree({ a: ['100755', '1'] }),
        tree({ a: '2' }),
      ),
    ).toEqual({ a: '100755 2' });
  });

  it.each<[string, FileTree, FileTree, FileTree]>([
    ['the same line', tree({ a: '1' }), tree({ a: '2' }), tree({ a: '3' })],
    ['removed here', tree({ a: '1' }), tree({}), tree({ a: '3' })],
    ['removed there', tree({ a: '1' }), tree({ a: '2' }), tree({})],
    ['added twice', tree({}), tree({ a: '1' }), tree({ a: '2' })],
    [
      'no text',
      tree({ a: Buffer.from([0, 1]) }),
      tree({ a: Buffer.from([0, 2]) }),
      tree({ a: Buffer.from([0, 3]) }),
    ],
    [
      'a symbolic link',
      tree({ a: ['120000', 'x'] }),
      tree({ a: ['120000', 'y'] }),
      tree({ a: ['120000', 'z'] }),
    ],
  ])('leaves it to a person: %s', async (_, base, ours, theirs) => {
    expect(await merge(base, ours, theirs)).toEqual(['a']);
  });

  it('leaves it to a person where one side has a folder and the other a file', async () => {
    expect(
      await merge(tree({}), tree({ 'a/b': '1' }), tree({ a: '1' })),
    ).toEqual(['a/b']);
  });
});
