import type { UnderClusterFacts } from '@kmetal/backstage-plugin-tenant-storage-common';
import { GitOpsError, type GitOpsErrorParts } from '../../gitops';
import { dnsSubdomain } from '../checkedName';
import { hostPath, isInside } from './hostPath';
import { OTHER_NODES, type NodePaths } from './localPathValues';

/**
 * Checks the nodes and paths of a form.
 *
 * @param field - of the list, such as `nodes`.
 * @throws GitOpsError that names the field.
 */
export function checkedNodePaths(
  given: ReadonlyArray<{ node: string; paths: readonly string[] }>,
  field: string,
): NodePaths[] {
  const seen = new Set<string>();
  return given.map(({ node, paths }, index) => {
    const at = `${field}.${index}`;
    checkedNode(node, `${at}.node`, seen);
    const checked = paths.map((path, which) =>
      hostPath(path, `${at}.paths.${which}`),
    );
    checked.forEach((path, which) => {
      const other = checked.findIndex(
        (each, before) =>
          before < which && (isInside(each, path) || isInside(path, each)),
      );
      if (other >= 0) {
        throw new GitOpsError({
          code: 'pathOfNodeInvalid',
          field: `${at}.paths.${which}`,
          problem: `${path} and ${checked[other]} are the same folder, or one is inside the other.`,
          remedy: 'Give each folder once.',
        });
      }
    });
    return { node, paths: checked };
  });
}

/** Checks the name of a node, which may be given once only. */
export function checkedNode(
  node: string,
  field: string,
  seen: Set<string>,
): string {
  if (node === OTHER_NODES) {
    throw new GitOpsError({
      code: 'boundaryBroken',
      field,
      problem: `${OTHER_NODES} stands for every node that is not listed, and must stay without paths: volumes would be made on any node.`,
      remedy: 'Name the nodes one by one.',
    });
  }
  dnsSubdomain(node, field, 'a node');
  if (seen.has(node)) {
    throw new GitOpsError({
      code: 'nameTaken',
      field,
      problem: `The node ${node} is given twice.`,
      remedy: 'Give each node once.',
    });
  }
  seen.add(node);
  return node;
}

/** What is to be judged about nodes that get paths of a class. */
interface Boundary {
  storageClass: string;
  facts: UnderClusterFacts;
  nodes: readonly NodePaths[];
  /** Of the list in the form. */
  field: string;
  /** Whether the person vouches for the nodes, where the portal can't see them. */
  confirmed: boolean;
  /** Of the confirmation. */
  confirmation: string;
  refuse(parts: GitOpsErrorParts): void;
  warn(code: string, message: string): void;
}

/** What is wrong with volumes of a class on a node; undefined if nothing is. */
export function breachOf(
  storageClass: string,
  { name, controlPlane }: { name: string; controlPlane: boolean },
  facts: UnderClusterFacts,
): string | undefined {
  if (storageClass === facts.storageClass && controlPlane) {
    return `${name} is a control-plane node; volumes of tenants (${storageClass}) must stay on workers.`;
  }
  if (storageClass === 'local-path' && !controlPlane) {
    return `${name} is a worker; volumes of the platform (local-path) must stay on control-plane nodes.`;
  }
  return undefined;
}

/**
 * Keeps the boundary between tenants and the platform: volumes of tenants are made on workers only, those of `local-path` on
 * control-plane nodes only, and only on nodes that are there.
 */
export function keepNodeBoundary(boundary: Boundary): void {
  const { storageClass, facts, nodes, field, refuse, warn } = boundary;
  const withPaths = nodes
    .map((each, index) => ({ ...each, index }))
    .filter(({ paths }) => paths.length > 0);
  if (withPaths.length === 0) return;
  if (facts.nodes.sight !== 'known') {
    const names = withPaths.map(({ node }) => node).join(', ');
    if (!boundary.confirmed) {
      refuse({
        code: 'confirmationMissing',
        field: boundary.confirmation,
        problem: `The nodes of ${facts.underCluster} can't be seen${becauseOf(
          facts.nodes,
        )}, so nobody knows that ${names} are there and of the right role.`,
        remedy: `Look at them with kubectl get nodes, and then set ${boundary.confirmation}.`,
      });
      return;
    }
    warn(
      'nodesUnknown',
      `The nodes can't be seen; that ${names} are there and of the right role is the requester's word.`,
    );
    return;
  }
  for (const { node, index } of withPaths) {
    const found = facts.nodes.items.find(({ name }) => name === node);
    const at = `${field}.${index}.node`;
    if (!found) {
      refuse({
        code: 'notFound',
        field: at,
        problem: `There is no node ${node} in ${facts.underCluster}.`,
        remedy: `Use one of ${facts.nodes.items
          .map(({ name }) => name)
          .join(', ')}.`,
      });
      continue;
    }
    const breach = breachOf(storageClass, found, facts);
    if (breach) {
      refuse({
        code: 'boundaryBroken',
        field: at,
        problem: breach,
        remedy: found.controlPlane
          ? 'Use a worker.'
          : 'Use a control-plane node.',
      });
    } else if (found.ready === false) {
      warn('nodeNotReady', `The node ${node} is not ready.`);
    }
  }
}

/** Refuses folders that another class has on the same node: one class would delete what is in the other's volumes. */
export function keepPathsApart(
  boundary: Pick<Boundary, 'storageClass' | 'nodes' | 'field' | 'refuse'> & {
    /** Nodes and paths of the other classes. */
    others: ReadonlyArray<{ storageClass: string; nodePaths: NodePaths[] }>;
  },
): void {
  boundary.nodes.forEach(({ node, paths }, index) => {
    paths.forEach((path, which) => {
      for (const other of boundary.others) {
        if (other.storageClass === boundary.storageClass) continue;
        const theirs =
          other.nodePaths.find(each => each.node === node) ??
          other.nodePaths.find(each => each.node === OTHER_NODES);
        const clash = theirs?.paths.find(
          each => isInside(each, path) || isInside(path, each),
        );
        if (clash !== undefined) {
          boundary.refuse({
            code: 'boundaryBroken',
            field: `${boundary.field}.${index}.paths.${which}`,
            problem: `The class ${other.storageClass} has ${clash} on ${node}; two classes must not share a folder.`,
            remedy: 'Give another folder.',
          });
          return;
        }
      }
    });
  });
}

/** Why something can't be seen, as the end of a sentence. */
export function becauseOf(list: {
  sight: string;
  because: string | null;
}): string {
  if (list.because) return ` (${list.because})`;
  return list.sight === 'notInstalled' ? ' (there is no such kind)' : '';
}
