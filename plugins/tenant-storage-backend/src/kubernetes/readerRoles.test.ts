import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import { kindNames, watchedKinds } from './kinds';
import { settingsOf } from './underClusterConfig';

const deploy = path.join(__dirname, '../../../../deploy');
const folder = path.join(deploy, 'under-cluster-reader');
const namespaceFolder = path.join(deploy, 'namespace-readers');

interface Rule {
  apiGroups: string[];
  resources: string[];
  resourceNames?: string[];
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

const settings = settingsOf(
  { name: 'under-1', connection: { type: 'inCluster' } },
  {},
);

function manifestsIn(file: string): Manifest[] {
  return parseAllDocuments(readFileSync(file, 'utf8')).map(
    (document): Manifest => document.toJS(),
  );
}

const files = readdirSync(folder).filter(name => /^\d\d-.*\.yaml$/.test(name));
const manifests = files.flatMap(name => manifestsIn(path.join(folder, name)));
const namespaceFiles = readdirSync(namespaceFolder).filter(name =>
  name.endsWith('.yaml'),
);
const namespaceManifests = namespaceFiles.flatMap(name =>
  manifestsIn(path.join(namespaceFolder, name)),
);

/** `virtualmachineinstances.kubevirt.io: list` of every rule of a role; with the object's name, if it grants no other. */
function granted(role: Manifest): string[] {
  return (role.rules ?? []).flatMap(
    ({ apiGroups, resources, resourceNames = [undefined], verbs }) =>
      apiGroups.flatMap(group =>
        resources.flatMap(resource =>
          resourceNames.flatMap(name =>
            verbs.map(verb => said(resource, group, name, verb)),
          ),
        ),
      ),
  );
}

function said(
  resource: string,
  group: string,
  name: string | undefined,
  verb: string,
): string {
  return `${resource}.${group}${name ? `/${name}` : ''}: ${verb}`;
}

/** What the watched kinds of a role's part ask for. */
function askedBy(role: Manifest): string[] {
  const part = role.metadata.name.replace('tenant-storage-reader-', '');
  return kindNames
    .map(kind => watchedKinds[kind])
    .filter(kind => kind.part === part)
    .flatMap(kind => {
      const within = kind.within?.(settings);
      expect(within?.namespace).toBe(role.metadata.namespace);
      return ['list', 'watch'].map(verb =>
        said(kind.plural, kind.group, within?.name, verb),
      );
    });
}

const roles = manifests.filter(it => it.kind === 'ClusterRole');
const namespaceRoles = namespaceManifests.filter(it => it.kind === 'Role');

describe('The roles of the under cluster reader', () => {
  it.each(
    [...roles, ...namespaceRoles].map(
      role => [role.metadata.name, role] as const,
    ),
  )(
    '%s grants what the watched kinds of its part ask for, there and nowhere else',
    (_, role) => {
      const asked = askedBy(role);
      expect(asked).not.toHaveLength(0);
      expect(granted(role).sort()).toEqual(asked.sort());
    },
  );

  it('cover every part that a kind belongs to', () => {
    const parts = new Set(kindNames.map(kind => watchedKinds[kind].part));
    expect(
      [...roles, ...namespaceRoles].map(it =>
        it.metadata.name.replace('tenant-storage-reader-', ''),
      ),
    ).toEqual(expect.arrayContaining([...parts]));
  });

  it('let no Secret be read, and of all ConfigMaps the one of local-path', () => {
    const all = [...roles, ...namespaceRoles].flatMap(granted);
    expect(all.filter(it => /secrets|nodes\/|pods\/|\*/.test(it))).toEqual([]);
    expect(all.filter(it => it.startsWith('configmaps'))).toEqual([
      'configmaps./local-path-config: list',
      'configmaps./local-path-config: watch',
    ]);
  });

  it('in a single namespace are bound there to the same account, one file each', () => {
    expect(
      namespaceManifests.map(({ kind, metadata }) => [kind, metadata.name]),
    ).toEqual(
      namespaceFiles.flatMap(name => {
        const role = `tenant-storage-reader-${path.parse(name).name}`;
        return [
          ['Role', role],
          ['RoleBinding', role],
        ];
      }),
    );
    for (const binding of namespaceManifests) {
      if (binding.kind !== 'RoleBinding') continue;
      expect(binding.roleRef).toMatchObject({
        kind: 'Role',
        name: binding.metadata.name,
      });
      expect(binding.subjects).toEqual([
        {
          kind: 'ServiceAccount',
          name: 'tenant-storage-reader',
          namespace: 'kmetal-tenant-storage',
        },
      ]);
    }
    const readme = readFileSync(
      path.join(namespaceFolder, 'README.md'),
      'utf8',
    );
    for (const name of namespaceFiles) expect(readme).toContain(name);
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
