import { diffLines } from './diffLines';

describe('diffLines', () => {
  it('names the file, the place and what changes', () => {
    expect(
      diffLines(
        [
          '--- a/tenants/alpha.yaml',
          '+++ b/tenants/alpha.yaml',
          '@@ -7 +7 @@',
          '-    hard: 50Gi # asked by Ada',
          '+    hard: 60Gi # asked by Ada',
          '',
        ].join('\n'),
      ),
    ).toEqual([
      { kind: 'file', text: 'tenants/alpha.yaml' },
      { kind: 'place', text: '@@ -7 +7 @@' },
      { kind: 'removed', text: '-    hard: 50Gi # asked by Ada' },
      { kind: 'added', text: '+    hard: 60Gi # asked by Ada' },
    ]);
  });

  it('does not take a line that was removed for the head of a file', () => {
    expect(
      diffLines(
        ['--- a/x', '+++ b/x', '@@ -1,2 +1,2 @@', '--- a', '+++ b', ' c'].join(
          '\n',
        ),
      ).map(({ kind }) => kind),
    ).toEqual(['file', 'place', 'removed', 'added', 'same']);
  });

  it('names a file that is deleted', () => {
    expect(
      diffLines(['--- a/x', '+++ /dev/null', '@@ -1 +0,0 @@', '-a'].join('\n')),
    ).toEqual([
      { kind: 'file', text: 'x' },
      { kind: 'place', text: '@@ -1 +0,0 @@' },
      { kind: 'removed', text: '-a' },
    ]);
  });

  it('has several files', () => {
    expect(
      diffLines(
        [
          '--- a/x',
          '+++ b/x',
          '@@ -1 +1 @@',
          '-a',
          '+b',
          '--- /dev/null',
          '+++ b/y',
          '@@ -0,0 +1 @@',
          '+c',
          '\\ No newline at end of file',
        ].join('\n'),
      ).map(({ text }) => text),
    ).toEqual([
      'x',
      '@@ -1 +1 @@',
      '-a',
      '+b',
      'y',
      '@@ -0,0 +1 @@',
      '+c',
      '\\ No newline at end of file',
    ]);
  });

  it('is empty where nothing changes', () => {
    expect(diffLines('')).toEqual([]);
  });
});
