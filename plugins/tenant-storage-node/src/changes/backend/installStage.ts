import { GitOpsError } from '../../gitops';
import type { NewManifest } from '../../gitops/newManifest';
import {
  chartOfRelease,
  localPathValues,
  neededLocalPathValues,
  nodePathsOf,
  OTHER_NODES,
  pathOfClass,
  type LocalPathValues,
} from '../paths/localPathValues';
import {
  becauseOf,
  keepNodeBoundary,
  keepPathsApart,
} from '../paths/nodeBoundary';
import type { PlannedChange, Planning } from '../storageChange';
import { immutableDifferences } from './backendInGit';
import {
  canary,
  CANARY_NAMESPACE,
  canaryName,
  driverManifests,
  driverOf,
  snapshotClass,
  TITLES,
} from './backendManifests';
import type { Backend, BackendRequest } from './backendRequest';
import { judgePin, judgeReplicas, swapImpact } from './swapPreflight';

type NewBackend = Exclude<Backend, { name: 'local-path' }>;
type Charted = Extract<Backend, { name: 'longhorn' | 'nfs' }>;

/** Where HelmReleases of kMetal are. */
const FLUX_NAMESPACE = 'kmetal-flux';

const CHARTS = { longhorn: 'longhorn', nfs: 'csi-driver-nfs' };

/** What Git has must be the map that local-path goes by: where values are fed from elsewhere, an entry here would go over it. */
function needWholeMap(
  { draft, facts, warn }: Planning<BackendRequest>,
  values: LocalPathValues,
): void {
  const { storageClass, localPathMaps } = facts;
  const where = draft.shown(values.at);
  const remedy =
    'Set locators.localPath of the under cluster to the map storageClassConfigs that feeds the release';
  if (values.classes.length === 0) {
    throw new GitOpsError({
      code: 'boundaryBroken',
      problem: `There is no class of local-path at ${where}: ${storageClass} would be the only one, and the class local-path would go, unless the values are fed from elsewhere.`,
      remedy: `${remedy}.`,
    });
  }
  const live = localPathMaps.items.find(
    each => each.storageClass === storageClass,
  );
  if (live) {
    throw new GitOpsError({
      code: 'ownedElsewhere',
      problem: `${storageClass} is in local-path's live map (ConfigMap ${live.namespace}/${live.name}), and not at ${where}: nodes from here would go over those that it comes with.`,
      remedy: `${remedy}; if the clean-up is merged, wait until it is applied.`,
    });
  }
  if (localPathMaps.sight === 'unknown') {
    warn(
      'mapUnknown',
      `Local-path's live map can't be seen${becauseOf(
        localPathMaps,
      )}: whether it has ${storageClass} from somewhere else than ${where} is not known.`,
    );
  }
}

/** The way back: local-path is there; only a class that has left its map is entered again. */
function planLocalPath(
  planning: Planning<BackendRequest>,
  backend: Extract<Backend, { name: 'local-path' }>,
): PlannedChange {
  const { draft, facts, request, refuse, warn, underCluster } = planning;
  const { storageClass } = facts;
  const values = neededLocalPathValues(draft, facts);
  const planned: PlannedChange = {
    title: `Local-path of ${underCluster}: nodes for ${storageClass}`,
    impact: [],
    alreadyThere: `Local-path has ${storageClass} in its map: nothing is to be installed.`,
  };
  if (values.classes.includes(storageClass)) {
    if (backend.nodes.length > 0) {
      warn(
        'nodesLeftAlone',
        `${storageClass} is in the map of local-path already, and its nodes are left as they are; kmetal:storage:paths changes them.`,
      );
    }
    return planned;
  }
  needWholeMap(planning, values);
  if (backend.nodes.every(({ paths }) => paths.length === 0)) {
    refuse({
      code: 'inputInvalid',
      field: 'localPath.nodes',
      problem: `${storageClass} is not in the map of local-path any more, and there is no node with a path for it.`,
      remedy: 'Give the workers and the folders for its volumes.',
    });
    return planned;
  }
  keepNodeBoundary({
    storageClass,
    facts,
    nodes: backend.nodes,
    field: 'localPath.nodes',
    confirmed: request.confirmNodes,
    confirmation: 'confirmNodes',
    refuse,
    warn,
  });
  keepPathsApart({
    storageClass,
    nodes: backend.nodes,
    field: 'localPath.nodes',
    refuse,
    others: values.classes.flatMap(each => {
      const nodePaths = nodePathsOf(
        draft.data(values.at, [...pathOfClass(values, each), 'nodePathMap']),
      );
      return nodePaths ? [{ storageClass: each, nodePaths }] : [];
    }),
  });
  draft.set(values.at, pathOfClass(values, storageClass), {
    storageClass: {
      // The name is still the other backend's: the claim takes it.
      create: false,
      defaultClass: false,
      defaultVolumeType: 'hostPath',
      reclaimPolicy: request.reclaimPolicy,
      volumeBindingMode: 'WaitForFirstConsumer',
    },
    nodePathMap: [
      ...backend.nodes.map(({ node, paths }) => ({ node, paths })),
      { node: OTHER_NODES, paths: [] },
    ],
  });
  return {
    ...planned,
    impact: backend.nodes.map(({ node, paths }) => ({
      what: `Paths on ${node}`,
      before: null,
      after: paths.join(', ') || 'no path: no volume is made',
      note: null,
    })),
  };
}

/** What Rook and vendors bring themselves must be there. */
function judgeDriverThere(
  { facts, refuse, warn }: Planning<BackendRequest>,
  backend: NewBackend,
  driver: string,
): void {
  const { csiDrivers } = facts;
  if (csiDrivers.sight === 'unknown') {
    warn(
      'driverUnknown',
      `Whether the driver ${driver} is there can't be seen${becauseOf(
        csiDrivers,
      )}; the gate stays shut until it can.`,
    );
  } else if (!csiDrivers.items.some(({ name }) => name === driver)) {
    refuse({
      code: 'notInstalled',
      field: backend.name === 'csi' ? 'csi.provisioner' : 'to',
      problem: `There is no CSIDriver ${driver} in ${facts.underCluster}.`,
      remedy:
        backend.name === 'rook-ceph'
          ? 'Install the operator, and make the CephCluster and its pool with kmetal:storage:rook-ceph first; or correct rookCeph.operatorNamespace.'
          : "Install the vendor's driver first, as the vendor documents it; or correct its name.",
    });
  }
}

/** The driver's own release, unless the driver is there without. */
function driverRelease(
  planning: Planning<BackendRequest>,
  backend: Charted,
  driver: string,
): NewManifest[] {
  const { draft, facts, request, refuse, warn } = planning;
  const { csiDrivers, helmReleases } = facts;
  const chart = CHARTS[backend.name];
  const fluxNamespace =
    request.fluxNamespace ??
    localPathValues(draft)?.fluxNamespace ??
    FLUX_NAMESPACE;
  const inGit = draft.find({
    apiGroup: 'helm.toolkit.fluxcd.io',
    kind: 'HelmRelease',
    namespace: fluxNamespace,
    name: chart,
  });
  const others = helmReleases.items.filter(
    each =>
      each.chart?.split('/').at(-1) === chart &&
      !(each.namespace === fluxNamespace && each.name === chart),
  );
  // What is merged and not applied yet is no release in the under cluster.
  const othersInGit = draft
    .list({ apiGroup: 'helm.toolkit.fluxcd.io', kind: 'HelmRelease' })
    .filter(
      each =>
        chartOfRelease(draft.data(each)) === chart &&
        !(each.namespace === fluxNamespace && each.name === chart) &&
        !others.some(
          ({ namespace, name }) =>
            namespace === each.namespace && name === each.name,
        ),
    );
  const shownOthers = [
    ...others.map(({ namespace, name }) => `HelmRelease ${namespace}/${name}`),
    ...othersInGit.map(each => draft.shown(each)),
  ].join(' and ');
  if (!inGit && csiDrivers.items.some(({ name }) => name === driver)) {
    warn(
      'driverThere',
      `The driver ${driver} is there already${
        shownOthers ? ` (${shownOthers})` : ''
      }, so it is not installed again. See to it that its chart makes no class, and no default class.`,
    );
    return [];
  }
  if (!inGit && shownOthers) {
    throw new GitOpsError({
      code: 'ownedByHelmRelease',
      problem: `${
        TITLES[backend.name]
      } is being installed by ${shownOthers} already; a second release would fight with it.`,
      remedy: 'Wait until its driver is there, or repair that release.',
    });
  }
  if (helmReleases.sight === 'notInstalled') {
    throw new GitOpsError({
      code: 'notInstalled',
      problem: `${facts.underCluster} has no HelmReleases: Flux's helm-controller is not there to install a chart.`,
      remedy: `Install the driver ${driver} another way first; then only its canary is planned.`,
    });
  }
  if (helmReleases.sight === 'unknown') {
    warn(
      'releasesUnknown',
      `HelmReleases can't be seen${becauseOf(
        helmReleases,
      )}: whether ${chart} is being installed already is not known.`,
    );
  }
  if (backend.chartVersion === undefined) {
    refuse({
      code: 'imageNotPinned',
      field: `${backend.name}.chartVersion`,
      problem: `The version of the chart ${chart} is missing.`,
      remedy:
        'Give the version of a release, such as 1.2.3: the newest one would be another one tomorrow.',
    });
    return [];
  }
  return driverManifests(backend, fluxNamespace);
}

/** The class for snapshots, where the under cluster knows snapshots and has none for the driver. */
function snapshots(
  { facts, warn }: Planning<BackendRequest>,
  backend: NewBackend,
): NewManifest[] {
  const manifest = snapshotClass(facts.storageClass, backend);
  if (!manifest) return [];
  const { snapshotClasses } = facts;
  if (snapshotClasses.sight !== 'known') {
    // With a kind that isn't there, Flux applies nothing of the whole Kustomization.
    warn(
      'noSnapshots',
      `No class for snapshots is made: VolumeSnapshotClasses ${
        snapshotClasses.sight === 'notInstalled'
          ? 'are not installed'
          : `can't be seen${becauseOf(snapshotClasses)}`
      } in ${facts.underCluster}.`,
    );
    return [];
  }
  const there = snapshotClasses.items.find(
    ({ name, driver }) =>
      driver === manifest.driver && name !== manifest.metadata.name,
  );
  if (there) {
    warn(
      'snapshotClassThere',
      `${there.name} is a class for snapshots of ${there.driver} already; no second one is made.`,
    );
    return [];
  }
  return [manifest];
}

function canaryManifests(
  { draft, facts, request }: Planning<BackendRequest>,
  backend: NewBackend,
): NewManifest[] {
  const { storageClass } = facts;
  const name = canaryName(storageClass, backend);
  const [namespace, itsClass, claim] = canary(storageClass, request, backend);
  const inGit = draft.find({
    apiGroup: 'storage.k8s.io',
    kind: 'StorageClass',
    name,
  });
  const live = facts.storageClasses.items.find(each => each.name === name);
  const differences = [
    ...(inGit ? immutableDifferences(draft.data(inGit), itsClass) : []),
    ...(live ? immutableDifferences({ ...live }, itsClass) : []),
  ];
  if (differences.length > 0) {
    throw new GitOpsError({
      code: 'nameTaken',
      problem: `The canary ${name} is there with other ${[
        ...new Set(differences),
      ].join(' and ')}${
        inGit ? `, at ${draft.shown(inGit)}` : ''
      }; a class can't be changed.`,
      remedy:
        'Take its class and its claim out of Git first, and ask again when they are gone.',
    });
  }
  const hasClaim = draft.find({
    apiGroup: '',
    kind: 'PersistentVolumeClaim',
    namespace: CANARY_NAMESPACE,
    name,
  });
  return hasClaim ? [namespace, itsClass] : [namespace, itsClass, claim];
}

/** The driver, its class for snapshots, and a canary that shows that it makes volumes. */
export function planInstall(planning: Planning<BackendRequest>): PlannedChange {
  const { request, facts, draft, underCluster } = planning;
  const { backend } = request;
  judgePin(planning);
  if (backend.name === 'local-path') return planLocalPath(planning, backend);
  judgeReplicas(planning);
  const driver = driverOf(backend) ?? '';
  let release: NewManifest[] = [];
  if (backend.name === 'longhorn' || backend.name === 'nfs') {
    release = driverRelease(planning, backend, driver);
  } else {
    judgeDriverThere(planning, backend, driver);
  }
  draft.put(
    [
      ...release,
      ...snapshots(planning, backend),
      ...canaryManifests(planning, backend),
    ],
    { change: 'backend', object: `install-${backend.name}` },
  );
  return {
    title: `Swap of ${facts.storageClass} in ${underCluster} to ${backend.name}: install`,
    impact: swapImpact(request, facts),
    notes: [
      `Nothing changes for tenants yet: ${facts.storageClass} stays with what serves it now.`,
      ...(backend.name === 'longhorn'
        ? [
            'Longhorn needs open-iscsi on every node that has volumes or uses them.',
          ]
        : []),
      `Next: when the driver is on every worker and the canary ${CANARY_NAMESPACE}/${canaryName(
        facts.storageClass,
        backend,
      )} is bound, ask for release and claim, to be reviewed together.`,
    ],
    alreadyThere: `Git installs ${
      TITLES[backend.name]
    } and its canary already.`,
  };
}
