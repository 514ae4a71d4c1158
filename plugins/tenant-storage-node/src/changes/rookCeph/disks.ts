import type { UnderClusterFacts } from '@kmetal/backstage-plugin-tenant-storage-common';
import type { DraftPlace } from '../../gitops/repositoryDraft';
import type { Planning } from '../storageChange';
import type { RookCephRequest } from './request';

/** `storage` of a CephCluster: named nodes with their disks, or a filter for those of every node. */
export function storageOf({ nodes, deviceFilter }: RookCephRequest) {
  if (nodes.length === 0) {
    return { useAllNodes: true, useAllDevices: false, deviceFilter };
  }
  return {
    useAllNodes: false,
    useAllDevices: false,
    nodes: nodes.map(({ name, devices }) => ({
      name,
      devices: devices.map(each => ({ name: each })),
    })),
  };
}

/** Where Ceph may run; undefined if nodes can't be seen. */
function hostsOf(
  facts: UnderClusterFacts,
  { nodes }: RookCephRequest,
): string[] | undefined {
  if (nodes.length > 0) return nodes.map(({ name }) => name);
  if (facts.nodes.sight !== 'known') return undefined;
  return facts.nodes.items
    .filter(
      ({ controlPlane, unschedulable }) => !controlPlane && !unschedulable,
    )
    .map(({ name }) => name);
}

/** Whether there is a node for each copy and each monitor. */
export function judgeNodes({
  facts,
  request,
  refuse,
  warn,
}: Planning<RookCephRequest>): void {
  if (facts.nodes.sight !== 'known') {
    warn(
      'nodesUnknown',
      `Nodes can't be seen now: ${request.replicas} copies need as many nodes with disks, ${request.mons} monitors as many nodes.`,
    );
  }
  request.nodes.forEach(({ name }, index) => {
    const live = facts.nodes.items.find(each => each.name === name);
    if (facts.nodes.sight === 'known' && !live) {
      refuse({
        code: 'notFound',
        field: `nodes.${index}.name`,
        problem: `There is no node ${name}.`,
        remedy: `Use ${facts.nodes.items.map(each => each.name).join(', ')}.`,
      });
    }
  });
  const unfit = request.nodes.flatMap(({ name }) => {
    const live = facts.nodes.items.find(each => each.name === name);
    if (live?.unschedulable) return [`${name} (cordoned)`];
    return live?.controlPlane ? [`${name} (control plane)`] : [];
  });
  if (unfit.length > 0) {
    warn(
      'nodesUnfit',
      `Rook puts nothing on nodes that are cordoned, or tainted as control planes are: ${unfit.join(
        ', ',
      )}.`,
    );
  }
  const hosts = hostsOf(facts, request);
  if (hosts && hosts.length < request.replicas) {
    refuse({
      code: 'notSupported',
      field: 'replicas',
      problem: `${request.replicas} copies need a node with disks each, and there are ${hosts.length}: nothing could ever be written.`,
      remedy: `Add nodes, or give ${Math.max(hosts.length, 2)} copies.`,
    });
  }
  const schedulable = facts.nodes.items.filter(
    ({ unschedulable, controlPlane }) => !unschedulable && !controlPlane,
  ).length;
  if (facts.nodes.sight === 'known' && schedulable < request.mons) {
    refuse({
      code: 'notSupported',
      field: 'mons',
      problem: `${request.mons} monitors need a worker each, and there are ${schedulable}.`,
      remedy: 'Give fewer (1, 3 or 5), or add workers.',
    });
  }
}

function namesOf(list: unknown): string[] {
  return (Array.isArray(list) ? (list as unknown[]) : []).flatMap(each => {
    const name = (each as { name?: unknown } | null)?.name;
    return typeof name === 'string' ? [name] : [];
  });
}

/** Nodes that the cluster has in Git; those of a filter are all workers, as far as they can be seen. */
function nodesInGit(
  { draft, facts }: Planning<RookCephRequest>,
  at: DraftPlace,
): string[] {
  return draft.data(at, ['spec', 'storage', 'useAllNodes']) === true
    ? facts.nodes.items
        .filter(({ controlPlane }) => !controlPlane)
        .map(({ name }) => name)
    : namesOf(draft.data(at, ['spec', 'storage', 'nodes']));
}

function isTaken(
  { nodes, deviceFilter }: RookCephRequest,
  node: string,
  device: string,
): boolean {
  return deviceFilter === undefined
    ? nodes.some(
        ({ name, devices }) => name === node && devices.includes(device),
      )
    : // Filters are for the kernel's short names, not for paths.
      /^[a-z0-9]{1,16}$/.test(device) && new RegExp(deviceFilter).test(device);
}

/** Rook takes no disk out of Ceph because a list or a filter is another one. */
export function tellOfLeftDisks(
  { draft, request, warn }: Planning<RookCephRequest>,
  at: DraftPlace,
): void {
  const storage = ['spec', 'storage'];
  const nodes = draft.data(at, [...storage, 'nodes']);
  const left = (Array.isArray(nodes) ? (nodes as unknown[]) : []).flatMap(
    (node, index) => {
      const [name] = namesOf([node]);
      return namesOf(draft.data(at, [...storage, 'nodes', index, 'devices']))
        .filter(device => !isTaken(request, name, device))
        .map(device => `${device} of ${name}`);
    },
  );
  const filter = draft.data(at, [...storage, 'deviceFilter']);
  if (typeof filter === 'string' && filter !== request.deviceFilter) {
    left.push(`disks like ${filter} that are taken already`);
  }
  if (left.length > 0) {
    warn(
      'disksStay',
      `They stay part of Ceph, until their OSDs are purged as Rook documents it: ${left.join(
        ', ',
      )}.`,
    );
  }
}

/** A node that leaves the list keeps what is on it from its cluster. */
export function refuseLeftNodes(
  planning: Planning<RookCephRequest>,
  at: DraftPlace,
): void {
  const { draft, request, refuse } = planning;
  const gone =
    request.nodes.length === 0
      ? []
      : nodesInGit(planning, at).filter(
          name => !request.nodes.some(each => each.name === name),
        );
  if (gone.length > 0) {
    refuse({
      code: 'unsafe',
      field: 'nodes',
      problem: `Nodes of the cluster in ${draft.shown(
        at,
      )} are not in the list: ${gone.join(
        ', ',
      )}. Their disks stay part of Ceph, and nobody watches them any more.`,
      remedy:
        'List them, too; to take a node out, purge its OSDs first, as Rook documents it.',
    });
  }
}

/** Nodes and a filter for disks exclude each other. */
export function dropOtherStorage(
  { draft, request }: Planning<RookCephRequest>,
  at: DraftPlace,
): void {
  draft.remove(at, [
    'spec',
    'storage',
    request.nodes.length > 0 ? 'deviceFilter' : 'nodes',
  ]);
}
