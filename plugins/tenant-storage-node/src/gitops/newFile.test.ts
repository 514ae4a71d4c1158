import { parse } from 'yaml';
import { kustomizationEntryFor } from './kustomizationResources';
import { manifestText } from './newManifest';
import { refusalOf } from './refusal.testing';
import { RepositoryFiles } from './repositoryFiles';
import { unifiedDiff } from './unifiedDiff';

function entry(texts: Record<string, string>, root = '') {
  return kustomizationEntryFor(
    RepositoryFiles.from(
      Object.entries(texts).map(([path, content]) => ({
        type: 'file',
        path,
        content,
      })),
    ),
    'tenants/alpha/quota.yaml',
    root,
  );
}

describe('a new file', () => {
  it('is entered in the nearest kustomization, relative to it', () => {
    expect(
      entry({
        'kustomization.yaml': 'resources: []\n',
        'tenants/kustomization.yaml':
          'resources:\r\n- beta # first\r\n\r\nnamePrefix: x-\r\n',
      }),
    ).toMatchObject({
      path: 'tenants/kustomization.yaml',
      text: 'resources:\r\n- beta # first\r\n- alpha/quota.yaml\r\n\r\nnamePrefix: x-\r\n',
    });
  });

  it('is entered nowhere if it is listed, or if there is no kustomization under the root', () => {
    expect(
      entry({ 'tenants/alpha/kustomization.yml': 'resources: [./quota.yaml]' }),
    ).toBeUndefined();
    expect(
      entry({ 'kustomization.yaml': 'resources: []\n' }, 'tenants'),
    ).toBeUndefined();
  });

  it('is not entered in a kustomization that repeats its list', () => {
    expect(
      refusalOf(() =>
        entry({ 'kustomization.yaml': 'x: &a [b]\nresources: *a\n' }),
      ).code,
    ).toBe('aliasValue');
  });

  it('has quotes where YAML 1.1 readers need them', () => {
    const manifest = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'on', namespace: 'alpha' },
      data: { a: 'yes', b: '0755', c: '1_000', d: '10Gi', e: '12:30:45' },
    };
    const text = manifestText(manifest);
    expect(parse(text, { version: '1.1' })).toEqual(manifest);
    expect(parse(text)).toEqual(manifest);
    expect(text).toContain('  d: 10Gi\n');
  });
});

describe('a diff', () => {
  it('of one value is one line', () => {
    expect(
      unifiedDiff(
        [
          {
            path: 'a.yaml',
            before: 'a: 1\nb: 2\nc: 3\n',
            after: 'a: 1\nb: 5\nc: 3\n',
          },
        ],
        { context: 1 },
      ),
    ).toBe(
      'diff --git a/a.yaml b/a.yaml\n--- a/a.yaml\n+++ b/a.yaml\n@@ -1,3 +1,3 @@\n a: 1\n-b: 2\n+b: 5\n c: 3\n',
    );
  });

  it('of only what changed leaves out the neighbours on a line', () => {
    const linesOf = (before: string, after: string) =>
      unifiedDiff([{ path: 'a.yaml', before, after }], { onlyChanged: true })
        .trimEnd()
        .split('\n')
        .slice(4);
    expect(
      linesOf(
        'x: 1\ntenants: {a: {quota: 10Gi}, b: {quota: 7Gi}}\n',
        'x: 1\ntenants: {a: {quota: 20Gi}, b: {quota: 7Gi}}\n',
      ),
    ).toEqual(['-…quota: 10Gi…', '+…quota: 20Gi…']);
    expect(linesOf('  a: 1, b: 2 }\n', '  a: 3, b: 2 }\n')).toEqual([
      '-  a: 1…',
      '+  a: 3…',
    ]);
    expect(linesOf('{ b: 2, a: 1 }\n', '{ b: 2, a: 3 }\n')).toEqual([
      '-… a: 1 …',
      '+… a: 3 …',
    ]);
    expect(linesOf('r: [b.yaml]\n', 'r: [b.yaml, a.yaml]\n')).toEqual([
      '-…',
      '+…, a.yaml…',
    ]);
    expect(linesOf('r: [b.yaml]\n', 'r: [a.yaml, b.yaml]\n')).toEqual([
      '-…',
      '+…a.yaml, …',
    ]);
    expect(linesOf('{ b: 2, a: 5Gi }\n', '{ b: 2, a: 50Gi }\n')).toEqual([
      '-… a: 5Gi …',
      '+… a: 50Gi …',
    ]);
    expect(linesOf('r:\n  - b.yaml', 'r:\n  - b.yaml\n  - a.yaml')).toEqual([
      '+  - a.yaml',
    ]);
    expect(
      linesOf('a: { q: 1 } # May, or so\n', 'a: { q: 2 } # May, or so\n'),
    ).toEqual(['-a: { q: 1 } # May, or so', '+a: { q: 2 } # May, or so']);
  });

  it('of a new file and of one without a last line end is what git prints', () => {
    expect(
      unifiedDiff([
        { path: 'n.yaml', after: 'a: 1\n' },
        { path: 'b.yaml', before: 'a: 1', after: 'a: 2' },
        { path: 'same.yaml', before: 'a: 1', after: 'a: 1' },
      ]),
    ).toBe(
      [
        'diff --git a/n.yaml b/n.yaml',
        'new file mode 100644',
        '--- /dev/null',
        '+++ b/n.yaml',
        '@@ -0,0 +1 @@',
        '+a: 1',
        'diff --git a/b.yaml b/b.yaml',
        '--- a/b.yaml',
        '+++ b/b.yaml',
        '@@ -1 +1 @@',
        '-a: 1',
        '\\ No newline at end of file',
        '+a: 2',
        '\\ No newline at end of file',
        '',
      ].join('\n'),
    );
  });
});
