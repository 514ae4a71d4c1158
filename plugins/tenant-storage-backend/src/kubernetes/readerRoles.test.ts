import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import { kindNames, watchedKinds } from './kinds';

const folder = path.join(__dirname, '../../../../deploy/under-cluster-reader');

interface Rule {
  apiGroups: string[];
  resources: string[];
  verbs: string[];
}

interface Manifest {
  kind: string;
  type?: string;
  metadata: { name: string; namespace?: string };
  rules?: Rule[];
  roleRef?: { kind: string; name: string };
  subjects?: Array<{ kind: string; name: string; namespace: string }>;
}

const files = readdirSync(folder).filter(name => /^\d\d-.*\.yaml$/.test(name));
const manifests: Manifest[] = files.flatMap(name =>
  parseAllDocuments(readFileSync(path.join(folder, name), 'utf8')).map(
    (document): Manifest => document.toJS(),
  ),
);

/** `virtualmachineinstances.kubevirt.io: list` of every rule of a role. */
function granted(role: Manifest): string[] {
  return (role.rules ?? []).flatMap(({ apiGroups, resources, verbs }) =>
    apiGroups.flatMap(group =>
      resources.flatMap(resource =>
        verbs.map(verb => `${resource}.${group}: ${verb}`),
      ),
    ),
  );
}

const roles = manifests.filter(it => it.kind === 'ClusterRole');

describe('The roles of the under cluster reader', () => {
  it.each(roles.map(role => [role.metadata.name, role] as const))(
    '%s grants what the watched kinds of its part ask for, and nothing else',
    (name, role) => {
      const part = name.replace('tenant-storage-reader-', '');
      const asked = kindNames
        .map(kind => watchedKinds[kind])
        .filter(kind => kind.part === part)
        .flatMap(kind =>
          ['list', 'watch'].map(
            verb => `${kind.plural}.${kind.group}: ${verb}`,
          ),
        );
      expect(asked).not.toHaveLength(0);
      expect(granted(role).sort()).toEqual(asked.sort());
    },
  );

  it('cover every part that a kind belongs to', () => {
    const parts = new Set(kindNames.map(kind => watchedKinds[kind].part));
    expect(
      roles.map(it => it.metadata.name.replace('tenant-storage-reader-', '')),
    ).toEqual(expect.arrayContaining([...parts]));
  });

  it('are bound to the one account, and there is no other grant', () => {
    expect([...new Set(manifests.map(it => it.kind))].sort()).toEqual([
      'ClusterRole',
      'ClusterRoleBinding',
      'Namespace',
      'Secret',
      'ServiceAccount',
    ]);
    const bindings = manifests.filter(it => it.kind === 'ClusterRoleBinding');
    expect(bindings.map(it => it.roleRef?.name).sort()).toEqual(
      roles.map(it => it.metadata.name).sort(),
    );
    for (const binding of bindings) {
      expect(binding.subjects).toEqual([
        {
          kind: 'ServiceAccount',
          name: 'tenant-storage-reader',
          namespace: 'kmetal-tenant-storage',
        },
      ]);
    }
  });

  it('are all in the kustomization, and in the README', () => {
    const { resources } = parse(
      readFileSync(path.join(folder, 'kustomization.yaml'), 'utf8'),
    );
    expect(resources).toEqual(files);
    const readme = readFileSync(path.join(folder, 'README.md'), 'utf8');
    for (const name of files) expect(readme).toContain(name);
  });
});
