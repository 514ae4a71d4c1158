import {
  formatBytes,
  type ChangeImpact,
  type UnderClusterFacts,
} from '@kmetal/backstage-plugin-tenant-storage-common';
import { GitOpsError } from '../../gitops';
import { isRecord } from '../../gitops/plainData';
import type { DraftPlace, RepositoryDraft } from '../../gitops/repositoryDraft';
import type { YamlPath } from '../../gitops/yamlPath';
import { dnsSubdomain } from '../checkedName';
import type { ChangeGate } from '../changePlan';
import type {
  ChangeArrival,
  Planning,
  PlannableChange,
} from '../storageChange';
import {
  localPathValues,
  neededLocalPathValues,
  nodePathsOf,
  OTHER_NODES,
  pathOfClass,
  type LocalPathValues,
  type NodePaths,
} from './localPathValues';
import {
  becauseOf,
  breachOf,
  checkedNode,
  checkedNodePaths,
  keepNodeBoundary,
  keepPathsApart,
} from './nodeBoundary';

/** Nodes and paths of a class, as they shall be. */
export interface PathsRequest {
  storageClass: string;
  /** Nodes that get these paths instead of what they have. */
  nodes: NodePaths[];
  removeNodes: string[];
  confirmNodes: boolean;
}

interface PathsInput {
  storageClass: string;
  nodes?: Array<{ node: string; paths: string[] }>;
  removeNodes?: string[];
  confirmNodes?: boolean;
}

function read(given: Record<string, unknown>): PathsRequest {
  const input = given as unknown as PathsInput;
  const storageClass = dnsSubdomain(
    input.storageClass,
    'storageClass',
    'a class',
  );
  const nodes = checkedNodePaths(input.nodes ?? [], 'nodes');
  const seen = new Set(nodes.map(({ node }) => node));
  const removeNodes = (input.removeNodes ?? []).map((node, index) =>
    checkedNode(node, `removeNodes.${index}`, seen),
  );
  if (nodes.length + removeNodes.length === 0) {
    throw new GitOpsError({
      code: 'inputInvalid',
      field: 'nodes',
      problem: 'There is neither a node to set nor one to remove.',
      remedy: 'Give nodes with their paths, or nodes to remove.',
    });
  }
  return {
    storageClass,
    nodes,
    removeNodes,
    confirmNodes: input.confirmNodes === true,
  };
}

/** The list of a class in Git. */
interface MapInGit {
  at: DraftPlace;
  path: YamlPath;
  before: NodePaths[];
  /** All classes of local-path, where the list is one of them. */
  values?: LocalPathValues;
}

function refuseShared(storageClass: string, where: string): never {
  throw new GitOpsError({
    code: 'notSupported',
    field: 'storageClass',
    problem: `The class ${storageClass} has one shared file system instead of nodes and paths (sharedFileSystemPath, ${where}).`,
    remedy:
      'Change sharedFileSystemPath by hand: it is the same folder on every node, so there is no boundary between nodes to keep.',
  });
}

function mapInGit(
  draft: RepositoryDraft,
  facts: UnderClusterFacts,
  storageClass: string,
): MapInGit {
  const located = draft.located('nodePathMap', { storageClass });
  const values = located
    ? localPathValues(draft)
    : neededLocalPathValues(draft, facts);
  if (values?.classes.includes(storageClass)) {
    const entry = draft.data(values.at, pathOfClass(values, storageClass));
    if (isRecord(entry) && entry.sharedFileSystemPath) {
      refuseShared(storageClass, draft.shown(values.at));
    }
  }
  const live = facts.localPathMaps.items.find(
    each => each.storageClass === storageClass && each.sharedFileSystemPath,
  );
  if (live) {
    refuseShared(storageClass, `ConfigMap ${live.namespace}/${live.name}`);
  }
  if (!located && !values?.classes.includes(storageClass)) {
    throw new GitOpsError({
      code: 'notFound',
      field: 'storageClass',
      problem: `The class ${storageClass} is not one of local-path's in Git${
        values
          ? ` (${draft.shown(values.at)} has ${
              values.classes.join(', ') || 'none'
            })`
          : ''
      }.`,
      remedy:
        'Name one of them, or set locators.nodePathMap of the under cluster to the list of this class.',
    });
  }
  const [at, path]: [DraftPlace, YamlPath] =
    located || !values
      ? [located as DraftPlace, []]
      : [values.at, [...pathOfClass(values, storageClass), 'nodePathMap']];
  const before = nodePathsOf(draft.data(at, path));
  if (before === null) {
    throw new GitOpsError({
      code: 'notScalar',
      field: 'storageClass',
      problem: `The nodes and paths of ${storageClass} at ${draft.shown(
        at,
      )} are no list of nodes with their paths.`,
      remedy: 'Correct it by hand, or correct the locator.',
    });
  }
  return { at, path, before, values };
}

/** Nodes and paths of other classes: as Git says, and of those that Git is silent about, as they are live. */
function otherMaps(
  draft: RepositoryDraft,
  facts: UnderClusterFacts,
  storageClass: string,
  values: LocalPathValues | undefined,
) {
  const inGit = (values?.classes ?? [])
    .filter(each => each !== storageClass)
    .flatMap(each => {
      const nodePaths =
        values &&
        nodePathsOf(
          draft.data(values.at, [...pathOfClass(values, each), 'nodePathMap']),
        );
      return nodePaths ? [{ storageClass: each, nodePaths }] : [];
    });
  const live = facts.localPathMaps.items.flatMap(each =>
    each.storageClass === null || each.storageClass === storageClass
      ? []
      : [{ storageClass: each.storageClass, nodePaths: each.nodePaths }],
  );
  return [...inGit, ...live];
}

/** What speaks against taking nodes out: volumes whose data is there; `shown` is null if there is none. */
function volumesOn(
  facts: UnderClusterFacts,
  storageClass: string,
  node: string,
): { known: false; because: string } | { known: true; shown: string | null } {
  if (facts.volumes.sight !== 'known') {
    return {
      known: false,
      because: `the volumes can't be seen${becauseOf(facts.volumes)}`,
    };
  }
  const csi = new Set(facts.csiDrivers.items.map(({ name }) => name));
  const groups = facts.volumes.items.filter(
    each =>
      each.storageClass === storageClass &&
      each.count > 0 &&
      !(each.provisionedBy !== null && csi.has(each.provisionedBy)),
  );
  const elsewhere = groups.find(each => each.nodes.length === 0);
  if (elsewhere) {
    return {
      known: false,
      because: `${elsewhere.count} volumes of ${storageClass} do not say which node they are on`,
    };
  }
  const there = groups.filter(each => each.nodes.includes(node));
  if (there.length === 0) return { known: true, shown: null };
  const count = there.reduce((sum, each) => sum + each.count, 0);
  const volumes = count === 1 ? '1 volume' : `${count} volumes`;
  // Volumes are counted over all of their nodes.
  const areElsewhereToo = there.some(each => each.nodes.length > 1);
  return {
    known: true,
    shown: `${
      areElsewhereToo ? `some of ${volumes}` : volumes
    } of ${storageClass}`,
  };
}

function shownPaths(paths: readonly string[]): string {
  return paths.length > 0 ? paths.join(', ') : 'no path: no volume is made';
}

function samePaths(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((path, index) => path === b[index]);
}

/** The edits, and what they mean. */
function edit(
  draft: RepositoryDraft,
  map: MapInGit,
  request: PathsRequest,
): ChangeImpact[] {
  const impact: ChangeImpact[] = [];
  const nodes = map.before.map(({ node }) => node);
  for (const { node, paths } of request.nodes) {
    const index = nodes.indexOf(node);
    const before = index < 0 ? undefined : map.before[index].paths;
    if (before && samePaths(before, paths)) continue;
    if (before) draft.set(map.at, [...map.path, index, 'paths'], paths);
    else draft.append(map.at, map.path, { node, paths });
    impact.push({
      what: `Paths on ${node}`,
      before: before ? shownPaths(before) : null,
      after: shownPaths(paths),
      note: before ? null : 'It is not in the map yet.',
    });
  }
  if (!nodes.includes(OTHER_NODES)) {
    draft.append(map.at, map.path, { node: OTHER_NODES, paths: [] });
    impact.push({
      what: 'Nodes that are not listed',
      before: 'not said',
      after: 'refused',
      note: `${OTHER_NODES} without paths keeps volumes off every other node.`,
    });
  }
  // From the end, so that what is taken out moves nothing that is still to be.
  const out = request.removeNodes
    .map(node => nodes.indexOf(node))
    .filter(index => index >= 0)
    .sort((a, b) => b - a);
  for (const index of out) {
    draft.remove(map.at, [...map.path, index]);
    impact.push({
      what: `Paths on ${nodes[index]}`,
      before: shownPaths(map.before[index].paths),
      after: null,
      note: 'It leaves the map: no volume is made on it any more.',
    });
  }
  return impact;
}

function warnOfVolumesLeft(
  { facts, request, warn }: Planning<PathsRequest>,
  before: readonly NodePaths[],
): void {
  for (const { node, paths } of request.nodes) {
    const lost = (before.find(each => each.node === node)?.paths ?? []).filter(
      path => !paths.includes(path),
    );
    if (lost.length === 0) continue;
    const volumes = volumesOn(facts, request.storageClass, node);
    if (!volumes.known) {
      warn(
        'volumesUnknown',
        `Whether volumes are in ${lost.join(', ')} of ${node} is not known: ${
          volumes.because
        }. Their data stays there.`,
      );
    } else if (volumes.shown !== null) {
      warn(
        'volumesStay',
        `${node} has ${volumes.shown}. Those in ${lost.join(
          ', ',
        )} stay there; only new ones are made elsewhere.`,
      );
    }
  }
}

function plan(planning: Planning<PathsRequest>) {
  const { request, facts, draft, refuse, warn } = planning;
  const { storageClass } = request;
  const map = mapInGit(draft, facts, storageClass);
  const others = map.before.find(({ node }) => node === OTHER_NODES);
  if (others && others.paths.length > 0) {
    refuse({
      code: 'boundaryBroken',
      field: 'storageClass',
      problem: `${OTHER_NODES} of ${storageClass} has ${others.paths.join(
        ', ',
      )} at ${draft.shown(
        map.at,
      )}: volumes are made on every node that is not listed, so listing nodes keeps nothing apart.`,
      remedy: 'Set its paths to [] by hand first.',
    });
  }
  keepNodeBoundary({
    storageClass,
    facts,
    nodes: request.nodes,
    field: 'nodes',
    confirmed: request.confirmNodes,
    confirmation: 'confirmNodes',
    refuse,
    warn,
  });
  keepPathsApart({
    storageClass,
    nodes: request.nodes,
    field: 'nodes',
    others: otherMaps(draft, facts, storageClass, map.values),
    refuse,
  });
  if (!map.values && facts.localPathMaps.sight !== 'known') {
    warn(
      'otherClassesUnknown',
      `Whether another class has these paths is not known: neither Git nor the under cluster tells the maps of other classes${becauseOf(
        facts.localPathMaps,
      )}.`,
    );
  }
  request.removeNodes.forEach((node, index) => {
    const volumes = volumesOn(facts, storageClass, node);
    const field = `removeNodes.${index}`;
    if (!volumes.known) {
      refuse({
        code: 'factUnknown',
        field,
        problem: `Whether volumes of ${storageClass} are on ${node} is not known: ${volumes.because}.`,
        remedy:
          'Let the portal see PersistentVolumes, or set the paths of the node to none instead of removing it.',
      });
    } else if (volumes.shown !== null) {
      refuse({
        code: 'volumesLeft',
        field,
        problem: `${node} has ${volumes.shown}.`,
        remedy:
          'Set the paths of the node to none, so that no volume is made there any more, and remove it when the last one is gone.',
      });
    }
  });
  warnOfVolumesLeft(planning, map.before);

  const impact = edit(draft, map, request);
  const after = nodePathsOf(draft.data(map.at, map.path)) ?? [];
  if (!after.some(({ node, paths }) => node !== OTHER_NODES && paths.length)) {
    warn(
      'noNodeLeft',
      `No node is left on which volumes of ${storageClass} can be made.`,
    );
  }
  if (facts.capacity && storageClass === facts.storageClass) {
    impact.push({
      what: 'Capacity',
      before: formatBytes(BigInt(facts.capacity.bytes)),
      after: null,
      note: `As ${facts.capacity.source}; what the paths hold is not measurable from here.`,
    });
  }
  return {
    title: `Paths of ${storageClass} in ${planning.underCluster}: ${[
      ...request.nodes.map(({ node }) => node),
      ...request.removeNodes.map(node => `without ${node}`),
    ].join(', ')}`,
    impact,
    notes: [
      'The folders must be there on the nodes, on the disks that are meant; local-path makes the folders of volumes in them, and reads its map again within a minute.',
    ],
    alreadyThere: `Git says these paths of ${storageClass} already.`,
  };
}

function gatesOf(
  request: PathsRequest,
  facts: UnderClusterFacts,
): ChangeGate[] {
  const removed = request.removeNodes.map((node): ChangeGate => {
    const volumes = volumesOn(facts, request.storageClass, node);
    const base = {
      id: `noVolumesOn.${node}`,
      title: `No volume of ${request.storageClass} is on ${node}`,
    };
    if (!volumes.known) {
      return { ...base, state: 'unknown', detail: `${volumes.because}.` };
    }
    return volumes.shown === null
      ? { ...base, state: 'passed', detail: 'There is none.' }
      : { ...base, state: 'failed', detail: `It has ${volumes.shown}.` };
  });
  const set = request.nodes
    .filter(({ paths }) => paths.length > 0)
    .map(({ node }): ChangeGate => {
      const base = {
        id: `nodeThere.${node}`,
        title: `The node ${node} is there`,
      };
      if (facts.nodes.sight !== 'known') {
        return request.confirmNodes
          ? { ...base, state: 'passed', detail: 'The requester says so.' }
          : {
              ...base,
              state: 'unknown',
              detail: `The nodes can't be seen${becauseOf(facts.nodes)}.`,
            };
      }
      const found = facts.nodes.items.find(({ name }) => name === node);
      if (!found) return { ...base, state: 'failed', detail: 'It is gone.' };
      const breach = breachOf(request.storageClass, found, facts);
      return breach
        ? { ...base, state: 'failed', detail: breach }
        : { ...base, state: 'passed', detail: 'Its role fits the class.' };
    });
  return [...set, ...removed];
}

function arrivalOf(
  request: PathsRequest,
  facts: UnderClusterFacts,
): ChangeArrival {
  if (facts.localPathMaps.sight === 'unknown') return { known: false };
  const maps = facts.localPathMaps.items;
  const live =
    maps.find(each => each.storageClass === request.storageClass) ??
    (maps.length === 1 && maps[0].storageClass === null ? maps[0] : undefined);
  const arrived = (missing: string): ChangeArrival => ({
    known: true,
    arrived: missing === '',
    missing,
  });
  if (!live) {
    return arrived(
      `The provisioner's ConfigMap says nothing of ${request.storageClass}.`,
    );
  }
  const pathsOn = (node: string) =>
    live.nodePaths.find(each => each.node === node)?.paths;
  const different = request.nodes
    .filter(({ node, paths }) => !samePaths(pathsOn(node) ?? [], paths))
    .map(({ node }) => node);
  const still = request.removeNodes.filter(node => pathsOn(node) !== undefined);
  return arrived(
    [
      ...(different.length > 0
        ? [
            `The ConfigMap ${live.namespace}/${
              live.name
            } has other paths for ${different.join(', ')}.`,
          ]
        : []),
      ...(still.length > 0 ? [`It still lists ${still.join(', ')}.`] : []),
    ].join(' '),
  );
}

/** The nodes that volumes of a local-path class are made on, and the folders there. */
export const paths: PlannableChange<PathsRequest> = {
  kind: 'paths',
  action: 'kmetal:storage:paths',
  title: 'Nodes and paths',
  description:
    "Sets on which nodes, and in which folders, local-path makes volumes of a class: tenants' on workers only, the platform's on control-plane nodes only.",
  fields: {
    storageClass: z =>
      z
        .string()
        .describe('The class of local-path, such as tenant-storage-class'),
    nodes: z =>
      z
        .array(
          z
            .object({
              node: z.string().describe('The name of the node'),
              paths: z
                .array(z.string())
                .describe(
                  'Full paths of folders, such as /var/data/tenant; none = no volume is made on the node any more',
                ),
            })
            .strict(),
        )
        .optional()
        .describe('Nodes to add, or whose paths shall be these'),
    removeNodes: z =>
      z
        .array(z.string())
        .optional()
        .describe(
          'Nodes to take out; refused while volumes of the class are on them',
        ),
    confirmNodes: z =>
      z
        .boolean()
        .optional()
        .describe(
          "Where the portal can't see nodes: they are there, and of the right role",
        ),
  },
  read,
  objectOf: ({ storageClass }) => storageClass,
  namespacesOf: () => [],
  plan,
  gatesOf,
  arrivalOf,
  examples: [
    {
      description: "A worker more for tenants' volumes",
      input: {
        storageClass: 'tenant-storage-class',
        nodes: [{ node: 'w3', paths: ['/var/data/tenant'] }],
      },
    },
    {
      description: 'No volume is made on a worker any more',
      input: {
        storageClass: 'tenant-storage-class',
        nodes: [{ node: 'w2', paths: [] }],
      },
    },
    {
      description: 'A worker without volumes leaves the map',
      input: { storageClass: 'tenant-storage-class', removeNodes: ['w2'] },
    },
  ],
};
