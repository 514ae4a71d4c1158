import { findManifests, shownPlace } from './manifestLocation';
import { refusalOf } from './refusal.testing';
import { RepositoryFiles } from './repositoryFiles';

function quota(name: string, namespace?: string): string {
  const place = namespace ? `\n  namespace: ${namespace}` : '';
  return `apiVersion: v1\nkind: ResourceQuota\nmetadata:\n  name: ${name}${place}\nspec:\n  hard:\n    pods: 1\n`;
}

function repository(texts: Record<string, string>): RepositoryFiles {
  return RepositoryFiles.from(
    Object.entries(texts).map(([path, content]) => ({
      type: 'file',
      path,
      content,
    })),
  );
}

function find(files: RepositoryFiles, root = '') {
  return findManifests(files, root, {
    apiGroup: '',
    kind: 'ResourceQuota',
    namespace: 'alpha',
    marks: ['storage'],
    isWanted: (_, name) => name === 'alpha-storage',
  });
}

const places = (texts: Record<string, string>, root?: string) =>
  find(repository(texts), root).map(shownPlace);

describe('a manifest', () => {
  it('is found by what it is, wherever it lives', () => {
    expect(
      places({
        'x/anything.yml': `# first\nkind: Namespace\n---\n${quota(
          'alpha-storage',
          'alpha',
        )}`,
        'y/quota.yaml': quota('alpha-storage', 'beta'),
        'y/other.yaml': quota('alpha-storage', 'alpha').replace(
          'v1',
          'x.io/v1',
        ),
        'y/third.yaml': quota('alpha-storages', 'alpha'),
        'y/notes.md': quota('alpha-storage', 'alpha'),
      }),
    ).toEqual(['x/anything.yml:4']);
  });

  it('is found under the configured root only', () => {
    const texts = {
      'clusters/a/q.yaml': quota('alpha-storage', 'alpha'),
      'clusters/ab/q.yaml': quota('alpha-storage', 'alpha'),
    };
    expect(places(texts, 'clusters/a')).toEqual(['clusters/a/q.yaml:1']);
    expect(places(texts)).toHaveLength(2);
  });

  it('is found in a List, and in JSON', () => {
    const item = {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'alpha-storage', namespace: 'alpha' },
    };
    expect(
      find(
        repository({
          'a.json': JSON.stringify({
            apiVersion: 'v1',
            kind: 'List',
            items: [{}, item],
          }),
        }),
      ),
    ).toMatchObject([{ base: ['items', 1], name: 'alpha-storage' }]);
  });

  it('is found where kustomizations give it its namespace and its name', () => {
    expect(
      places({
        'tenants/alpha/quota.yaml': quota('storage'),
        'tenants/alpha/kustomization.yaml':
          'namespace: alpha\nresources: [quota.yaml]\n',
        'tenants/kustomization.yaml':
          'namePrefix: alpha-\nresources:\n  - ./alpha/\n',
        'tenants/beta/quota.yaml': quota('alpha-storage', 'alpha'),
        'tenants/beta/kustomization.yaml':
          '"namespace": "beta"\nresources:\n- "quota.yaml" # ours\n',
      }),
    ).toEqual(['tenants/alpha/quota.yaml:1']);
  });

  it('is found where Flux gives it its namespace', () => {
    expect(
      places({
        'tenants/alpha/quota.yaml': quota('alpha-storage'),
        'flux/alpha.yaml':
          'apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nspec:\n  path: ./tenants/alpha\n  targetNamespace: alpha\n',
      }),
    ).toEqual(['tenants/alpha/quota.yaml:1']);
  });

  it('is not guessed at where a file that may hold it is broken', () => {
    const error = refusalOf(() =>
      places({ 'a.yaml': `${quota('alpha-storage', 'alpha')}\tx: 1\n` }),
    );
    expect(error).toMatchObject({ code: 'tabIndentation', line: 9 });
    expect(
      places({
        'a.yaml': `${quota('alpha-storage', 'alpha')}---\na: 1\na: 2\n`,
      }),
    ).toEqual(['a.yaml:1']);
  });

  it('is not guessed at where a file that may hold it has 5 MB', () => {
    const filler = `# ${'x'.repeat(5_000_000)}\n`;
    expect(
      refusalOf(() =>
        places({ 'a.yaml': filler + quota('alpha-storage', 'alpha') }),
      ),
    ).toMatchObject({ code: 'fileTooLarge', file: 'a.yaml' });
    expect(places({ 'a.yaml': filler })).toEqual([]);
  });

  it('is refused where a chart of the repository renders it', () => {
    const template = quota('alpha-storage', 'alpha').replace(
      'pods: 1',
      'pods: {{ .Values.pods }}',
    );
    expect(
      refusalOf(() =>
        places({
          'charts/t/Chart.yaml': 'name: t\n',
          'charts/t/templates/a/quota.yaml': template,
        }),
      ),
    ).toMatchObject({
      code: 'helmTemplate',
      file: 'charts/t/templates/a/quota.yaml',
    });
    expect(
      refusalOf(() => places({ 'q.yaml': `${template}{{ end }}\n` })).code,
    ).toBe('helmTemplate');
  });

  it('is refused where a generator makes it', () => {
    const files = repository({
      'kustomization.yaml':
        'configMapGenerator:\n- name: values\n  files: [values.yaml]\n',
    });
    expect(
      refusalOf(() =>
        findManifests(files, '', {
          apiGroup: '',
          kind: 'ConfigMap',
          namespace: 'alpha',
          marks: ['values'],
          isWanted: () => true,
        }),
      ),
    ).toMatchObject({ code: 'kustomizeGenerator', file: 'kustomization.yaml' });
  });

  it('is not found in symbolic links or in bytes that are no text', () => {
    const files = RepositoryFiles.from([
      { type: 'symlink', path: 'a.yaml', target: '/etc/passwd' },
      { type: 'file', path: 'b.yaml', content: Uint8Array.of(0xff, 0xfe) },
    ]);
    expect(find(files)).toEqual([]);
    expect(refusalOf(() => files.editable('a.yaml')).code).toBe('symlink');
    expect(refusalOf(() => files.editable('b.yaml')).code).toBe('notText');
    expect(refusalOf(() => files.editable('c.yaml')).code).toBe('notFound');
    expect(refusalOf(() => files.editable('a.yaml/x/q.yaml')).code).toBe(
      'symlink',
    );
  });
});
