import { Json } from './object';
import { apiVersionOf, Resource } from './resources';

const STORED_VERBS = [
  'create',
  'delete',
  'get',
  'list',
  'patch',
  'update',
  'watch',
];

/** The version the stand-in speaks like: that of the real server it is tested against. */
export const VERSION = {
  major: '1',
  minor: '20',
  gitVersion: 'v1.20.2+under-cluster',
  gitCommit: '',
  gitTreeState: 'clean',
  buildDate: '1970-01-01T00:00:00Z',
  goVersion: '',
  compiler: '',
  platform: 'linux/amd64',
};

/** What a discovery path answers, or undefined if it is none or there is no such group or version. */
export function discover(
  path: string,
  resources: readonly Resource[],
  address: string,
): Json | undefined {
  const trimmed = path.replace(/\/$/, '');
  if (trimmed === '/api') {
    return {
      kind: 'APIVersions',
      versions: ['v1'],
      serverAddressByClientCIDRs: [
        { clientCIDR: '0.0.0.0/0', serverAddress: address },
      ],
    };
  }
  const groups = groupsOf(resources);
  if (trimmed === '/apis') {
    return {
      kind: 'APIGroupList',
      apiVersion: 'v1',
      groups: [...groups].map(([group, versions]) => groupOf(group, versions)),
    };
  }
  const parts = trimmed.split('/').slice(1);
  if (parts[0] === 'api' && parts.length === 2) {
    return resourceList(resources, '', parts[1]);
  }
  if (parts[0] === 'apis' && parts.length === 2) {
    const versions = groups.get(parts[1]);
    return (
      versions && {
        kind: 'APIGroup',
        apiVersion: 'v1',
        ...groupOf(parts[1], versions),
      }
    );
  }
  if (parts[0] === 'apis' && parts.length === 3) {
    return resourceList(resources, parts[1], parts[2]);
  }
  return undefined;
}

function groupsOf(resources: readonly Resource[]): Map<string, Set<string>> {
  const groups = new Map<string, Set<string>>();
  for (const { group, version } of resources) {
    if (group) {
      groups.set(group, (groups.get(group) ?? new Set()).add(version));
    }
  }
  return groups;
}

function groupOf(group: string, versions: Set<string>): Json {
  const listed = [...versions].map(version => ({
    groupVersion: `${group}/${version}`,
    version,
  }));
  return { name: group, versions: listed, preferredVersion: listed[0] };
}

function resourceList(
  resources: readonly Resource[],
  group: string,
  version: string,
): Json | undefined {
  const served = resources.filter(
    resource => resource.group === group && resource.version === version,
  );
  if (served.length === 0) {
    return undefined;
  }
  return {
    kind: 'APIResourceList',
    ...(group && { apiVersion: 'v1' }),
    groupVersion: apiVersionOf(served[0]),
    resources: served.flatMap(resource => {
      const { plural, singular, namespaced, kind, shortNames, categories } =
        resource;
      const entry = {
        name: plural,
        singularName: singular,
        namespaced,
        kind,
        verbs: resource.virtual ? ['create'] : STORED_VERBS,
        ...(shortNames?.length && { shortNames }),
        ...(categories?.length && { categories }),
      };
      return resource.status
        ? [
            entry,
            {
              name: `${plural}/status`,
              singularName: '',
              namespaced,
              kind,
              verbs: ['get', 'patch', 'update'],
            },
          ]
        : [entry];
    }),
  };
}
