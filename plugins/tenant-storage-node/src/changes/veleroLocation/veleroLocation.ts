import { isIP } from 'node:net';
import type {
  ChangeImpact,
  UnderClusterFacts,
} from '@kmetal/backstage-plugin-tenant-storage-common';
import type { NewManifest } from '../../gitops/newManifest';
import type { DraftPlace } from '../../gitops/repositoryDraft';
import { shownText } from '../../gitops/shownText';
import type { ChangeGate } from '../changePlan';
import type {
  ChangeArrival,
  PlannedChange,
  Planning,
  PlannableChange,
} from '../storageChange';
import { fields } from './fields';
import { protectionOf, volumesLeftBehind } from './protection';
import { CONFIG_KEYS, read, type VeleroLocationRequest } from './request';

const API_GROUP = 'velero.io';
const KIND = 'BackupStorageLocation';

type Live = UnderClusterFacts['backupLocations']['items'][number];

/** What Git says of a location, as far as it matters here. */
interface InGit {
  at: DraftPlace;
  bucket?: string;
  prefix?: string;
  s3Url?: string;
  provider?: string;
  /** Absent where Git leaves it to Velero, which sets it on the location that its server was started with. */
  default?: boolean;
}

function recordOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null
    ? (value as Record<string, unknown>)
    : {};
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function inGit(
  draft: Planning<unknown>['draft'],
  namespace: string,
  name: string,
): InGit | undefined {
  const at = draft.find({ apiGroup: API_GROUP, kind: KIND, namespace, name });
  if (!at) return undefined;
  const spec = recordOf(recordOf(draft.data(at)).spec);
  const storage = recordOf(spec.objectStorage);
  return {
    at,
    bucket: textOf(storage.bucket),
    prefix: textOf(storage.prefix),
    s3Url: textOf(recordOf(spec.config).s3Url),
    provider: textOf(spec.provider),
    default: typeof spec.default === 'boolean' ? spec.default : undefined,
  };
}

/** Who renders a live object that Git does not have; undefined if nobody is known to. */
function ownerOf({ labels, annotations }: Live): string | undefined {
  const release =
    labels['helm.toolkit.fluxcd.io/name'] ??
    annotations['meta.helm.sh/release-name'];
  if (release) return `the Helm release ${release}`;
  // Velero's chart has made it as a hook, which neither Helm nor Flux marks.
  const instance = labels['app.kubernetes.io/instance'];
  if (instance && labels['app.kubernetes.io/managed-by'] === 'Helm') {
    return `the Helm release ${instance}`;
  }
  const kustomization = labels['kustomize.toolkit.fluxcd.io/name'];
  return kustomization && `the Flux Kustomization ${kustomization}`;
}

function refuseForeign(
  { draft, facts, refuse }: Planning<VeleroLocationRequest>,
  { name, namespace }: Live,
  field: string,
  what: string,
): void {
  const live = facts.backupLocations.items.find(
    each => each.name === name && each.namespace === namespace,
  );
  if (!live || inGit(draft, namespace, name)) return;
  const owner = ownerOf(live);
  refuse({
    code: 'ownedElsewhere',
    field,
    problem: `The location ${namespace}/${name} ${what}, is ${
      owner ? `made by ${owner}` : 'there without Git'
    }, and is in no configured repository.`,
    remedy: owner
      ? `Change it in the values of ${owner} (Velero's chart: configuration.backupStorageLocation), or add the repository that it comes from to the settings of the under cluster.`
      : 'Bring it into the repository first, or remove it from the cluster.',
  });
}

function manifestOf(
  request: VeleroLocationRequest,
  provider: string,
): NewManifest {
  const { name, namespace, bucket, prefix, config, credential } = request;
  return {
    apiVersion: 'velero.io/v1',
    kind: KIND,
    metadata: { name, namespace },
    spec: {
      provider,
      ...(request.default !== undefined && { default: request.default }),
      ...(request.accessMode !== undefined && {
        accessMode: request.accessMode,
      }),
      objectStorage: {
        bucket,
        ...(prefix !== undefined && { prefix }),
        ...(request.caCert !== undefined && { caCert: request.caCert }),
      },
      ...(credential && { credential: { ...credential } }),
      ...(Object.keys(config).length > 0 && { config: { ...config } }),
    },
  };
}

/** Takes out of the manifest what is not asked for any more, and says so: with a credential gone, backups fail. */
function removeUnasked({
  draft,
  request,
  warn,
}: Planning<VeleroLocationRequest>): void {
  const { namespace, name } = request;
  const there = inGit(draft, namespace, name);
  if (!there) return;
  const spec = recordOf(recordOf(draft.data(there.at)).spec);
  const storage = recordOf(spec.objectStorage);
  const config = recordOf(spec.config);
  const unasked: string[][] = [
    ...(request.prefix === undefined && 'prefix' in storage
      ? [['spec', 'objectStorage', 'prefix']]
      : []),
    ...(request.caCert === undefined && 'caCert' in storage
      ? [['spec', 'objectStorage', 'caCert']]
      : []),
    ...(!request.credential && 'credential' in spec
      ? [['spec', 'credential']]
      : []),
    ...(request.accessMode === undefined && spec.accessMode === 'ReadOnly'
      ? [['spec', 'accessMode']]
      : []),
    ...CONFIG_KEYS.filter(key => key in config && !(key in request.config)).map(
      key => ['spec', 'config', key],
    ),
  ];
  if (unasked.length > 0) {
    warn(
      'takenOut',
      `Not asked for, so taken out of what is in Git: ${unasked
        .map(path => path.slice(1).join('.'))
        .join(', ')}.`,
    );
  }
  for (const path of unasked) {
    const at = draft.find({ apiGroup: API_GROUP, kind: KIND, namespace, name });
    if (at) draft.remove(at, path);
  }
}

/** Two requests that are open at once would each unset the default of before, and leave that of the other. */
function refuseSecondMove({
  facts,
  request,
  refuse,
}: Planning<VeleroLocationRequest>): void {
  const other = facts.openChanges.find(
    ({ change, object, merged, input }) =>
      change === 'velero-location' &&
      object !== request.name &&
      !merged &&
      input.default === true &&
      (input.namespace || 'velero') === request.namespace,
  );
  if (request.default !== true || !other) return;
  refuse({
    code: 'defaultTaken',
    field: 'default',
    problem: `A request that is open makes ${other.object} the default: with both merged there would be two.`,
    remedy: 'Wait until that is merged, or withdraw it.',
  });
}

/** Every other default becomes none, in the same change: of two, Velero takes either. */
function moveDefault(planning: Planning<VeleroLocationRequest>): string[] {
  const { draft, facts, request } = planning;
  const { namespace, name } = request;
  refuseSecondMove(planning);
  const live = new Set<string>();
  for (const each of facts.backupLocations.items) {
    if (each.default && each.namespace === namespace && each.name !== name) {
      refuseForeign(planning, each, 'default', 'is the default now');
      live.add(each.name);
    }
  }
  const moved: string[] = [];
  const others = draft
    .list({ apiGroup: API_GROUP, kind: KIND })
    .filter(each => each.namespace === namespace && each.name !== name);
  for (const { name: other } of others) {
    const there = other && inGit(draft, namespace, other);
    if (there && (there.default ?? live.has(other))) {
      draft.set(there.at, ['spec', 'default'], false);
      moved.push(other);
    }
  }
  return moved;
}

function shownNames(names: readonly string[]): string {
  const shown = names.slice(0, 10).join(', ');
  return names.length > 10 ? `${shown} and ${names.length - 10} more` : shown;
}

/** Schedules that write to a location; undefined if they can't be seen. */
function schedulesOf(
  facts: UnderClusterFacts,
  { namespace, name }: { namespace: string; name: string },
  isDefault: boolean,
): string[] | undefined {
  if (facts.backupSchedules.sight !== 'known') return undefined;
  return facts.backupSchedules.items
    .filter(
      each =>
        each.namespace === namespace &&
        (each.storageLocation === name ||
          (each.storageLocation === null && isDefault)),
    )
    .map(each => each.name);
}

function refuseReadOnly(
  { request, refuse, warn, facts }: Planning<VeleroLocationRequest>,
  isDefault: boolean,
): void {
  if (request.accessMode !== 'ReadOnly' || request.confirmReadOnly) return;
  const schedules = schedulesOf(facts, request, isDefault);
  if (schedules === undefined) {
    warn(
      'schedulesUnknown',
      'Schedules can’t be seen now: those that write to this location fail once it is read-only.',
    );
  } else if (schedules.length > 0) {
    refuse({
      code: 'inUse',
      field: 'accessMode',
      problem: `Schedules write to this location, and fail once it is read-only: ${shownNames(
        schedules,
      )}.`,
      remedy: 'Point them at another location first, or set confirmReadOnly.',
    });
  }
}

function movedField(before: InGit, request: VeleroLocationRequest): string {
  if (before.bucket !== request.bucket) return 'bucket';
  return before.prefix === request.prefix ? 's3Url' : 'prefix';
}

/** Of schedules that name no location, the backups go to the default. */
function refuseNoDefault(
  { facts, request, refuse, warn }: Planning<VeleroLocationRequest>,
  wasDefault: boolean,
): void {
  if (!wasDefault || request.default !== false) return;
  const orphans = facts.backupSchedules.items
    .filter(
      each =>
        each.namespace === request.namespace && each.storageLocation === null,
    )
    .map(({ name }) => name);
  if (orphans.length > 0) {
    refuse({
      code: 'inUse',
      field: 'default',
      problem: `Schedules name no location and go to the default, which this is: ${shownNames(
        orphans,
      )}.`,
      remedy:
        'Make another location the default instead: this one is none any more by that.',
    });
  } else if (facts.backupSchedules.sight !== 'known') {
    warn(
      'schedulesUnknown',
      'Schedules can’t be seen now: those that name no location fail, unless another location becomes the default.',
    );
  } else {
    warn(
      'noDefault',
      'Backups and schedules that name no location have none any more, unless another location becomes the default.',
    );
  }
}

/** Backups are found in the bucket and folder that their location names. */
function refuseMoved(
  { request, refuse, warn, facts }: Planning<VeleroLocationRequest>,
  before: InGit | undefined,
): void {
  const isMoved =
    before !== undefined &&
    (before.bucket !== request.bucket ||
      before.prefix !== request.prefix ||
      before.s3Url !== request.config.s3Url);
  if (!isMoved || request.confirmMoved) return;
  const of = ({
    namespace,
    storageLocation,
  }: (typeof facts.backups.items)[0]) =>
    namespace === request.namespace && storageLocation === request.name;
  if (facts.backups.sight !== 'known') {
    warn(
      'backupsUnknown',
      `Backups can’t be seen now: those in ${
        before.bucket ?? 'the old bucket'
      } can’t be restored from this location any more.`,
    );
    return;
  }
  const backups = facts.backups.items.filter(of).map(({ name }) => name);
  const restores = facts.restores.items
    .filter(
      ({ backup, phase }) =>
        backup !== null &&
        backups.includes(backup) &&
        (phase === null || phase === 'New' || phase === 'InProgress'),
    )
    .map(({ name }) => name);
  if (backups.length === 0) return;
  refuse({
    code: 'inUse',
    field: movedField(before, request),
    problem: `${
      backups.length
    } backups are in the old place and can’t be restored once it is another: ${shownNames(
      backups,
    )}.${
      restores.length > 0
        ? ` Restores are under way: ${shownNames(restores)}.`
        : ''
    }`,
    remedy:
      'Make a new location for the new place and leave this one, or set confirmMoved.',
  });
}

function refuseUnprotected({
  facts,
  request,
  refuse,
  warn,
}: Planning<VeleroLocationRequest>): string {
  const { what, because } = protectionOf(facts);
  const left = volumesLeftBehind(facts);
  if (left > 0) {
    warn(
      'oldVolumesUnprotected',
      `${left} volumes of ${facts.storageClass} are folders of a node, from before the backend was swapped: Velero skips those.`,
    );
  }
  if (facts.volumes.sight !== 'known' && what !== 'nothing') {
    warn(
      'oldVolumesUnknown',
      `Volumes can't be seen now: any of ${facts.storageClass} that are folders of a node, from before a swap of the backend, are skipped.`,
    );
  }
  switch (what) {
    case 'nothing':
      if (!request.confirmNoTenantData) {
        refuse({
          code: 'noProtection',
          field: 'confirmNoTenantData',
          problem: `Backups of the under cluster in this location would have no data of tenants' volumes in them: ${because}.`,
          remedy:
            'Confirm that it is for the platform’s own objects, or back up inside the tenant clusters.',
        });
      }
      warn(
        'noTenantData',
        `No data of tenants' volumes is backed up: ${because}.`,
      );
      return `nothing: ${because}`;
    case 'snapshots':
      return `by snapshots: ${because}`;
    case 'files':
      return `by files: ${because}`;
    default:
      warn(
        'protectionUnknown',
        `Whether backups have data of tenants' volumes in them is not known: ${because}.`,
      );
      return `unknown: ${because}`;
  }
}

/** Velero's provider aws makes snapshots of EBS volumes, and of nothing else. */
function refuseSnapshotLocation({
  draft,
  facts,
  request,
  refuse,
}: Planning<VeleroLocationRequest>): void {
  const field = 'volumeSnapshotLocation';
  const { name, namespace } = request;
  const live = facts.snapshotLocations.items.some(
    each => each.name === name && each.namespace === namespace,
  );
  if (
    live &&
    !draft.find({
      apiGroup: API_GROUP,
      kind: 'VolumeSnapshotLocation',
      namespace,
      name,
    })
  ) {
    refuse({
      code: 'ownedElsewhere',
      field,
      problem: `The VolumeSnapshotLocation ${namespace}/${name} is live and is in no configured repository: a second owner of it would fight with the first.`,
      remedy: 'Leave it out, or bring it into the repository first.',
    });
  }
  const remedy =
    'Leave it out: CSI drivers are snapshotted by VolumeSnapshotClasses, without a location.';
  if ('s3Url' in request.config) {
    refuse({
      code: 'notSupported',
      field,
      problem: `A VolumeSnapshotLocation of the provider aws works for Amazon EBS only, not with ${request.config.s3Url}.`,
      remedy,
    });
  } else if (facts.storageClasses.sight !== 'known') {
    refuse({
      code: 'factUnknown',
      field,
      problem:
        'Classes can’t be seen now, so nobody can say whether there are Amazon EBS volumes.',
      remedy,
    });
  } else if (
    !facts.storageClasses.items.some(
      ({ provisioner }) => provisioner === 'ebs.csi.aws.com',
    )
  ) {
    refuse({
      code: 'notSupported',
      field,
      problem: `No class of the under cluster makes Amazon EBS volumes: ${
        shownNames(
          facts.storageClasses.items.map(
            each => `${each.name} is ${each.provisioner}`,
          ),
        ) || 'there is none'
      }.`,
      remedy,
    });
  } else if (!('region' in request.config)) {
    refuse({
      code: 'inputInvalid',
      field: 'region',
      problem:
        'There is no region, and Velero makes no snapshots of Amazon EBS volumes without.',
      remedy: 'Give the region of the volumes, such as eu-central-1.',
    });
  }
}

/** Velero's provider aws writes to S3; a location of another has another `config`. */
function refuseOtherProvider(
  { request, refuse }: Planning<VeleroLocationRequest>,
  provider: string,
): void {
  if (provider === 'aws' || provider === 'velero.io/aws') return;
  refuse({
    code: 'notSupported',
    field: 'name',
    problem: `The location ${request.namespace}/${
      request.name
    } is of the provider ${shownText(
      provider,
    )}, and this change makes those of S3.`,
    remedy: 'Give a new location another name.',
  });
}

/** Without path style, the server is asked by a name that has the bucket in it; servers of one's own seldom have that in DNS. */
function warnOfHostName({
  request,
  warn,
}: Planning<VeleroLocationRequest>): void {
  const { s3Url, s3ForcePathStyle } = request.config;
  if (s3Url === undefined || s3ForcePathStyle === 'true') return;
  const { hostname } = new URL(s3Url);
  // Of a number, SDKs use path style by themselves.
  const isNumber = isIP(hostname.replace(/^\[|\]$/g, '')) !== 0;
  if (isNumber || hostname.endsWith('.amazonaws.com')) return;
  warn(
    'bucketInHostName',
    `The server is asked as ${request.bucket}.${hostname}; where that name is not set up, as for MinIO by default, s3ForcePathStyle is needed.`,
  );
}

function placeText(bucket: string | undefined, prefix: string | undefined) {
  if (bucket === undefined) return null;
  return prefix === undefined ? bucket : `${bucket}/${prefix}`;
}

function plan(planning: Planning<VeleroLocationRequest>): PlannedChange {
  const { draft, facts, request, refuse, underCluster, warn } = planning;
  const { name, namespace, bucket, prefix } = request;
  const lives = facts.backupLocations;
  if (lives.sight === 'notInstalled') {
    refuse({
      code: 'notInstalled',
      field: 'underCluster',
      problem: `Velero is not installed in ${underCluster}.`,
      remedy: 'Install Velero first; this only tells it where backups go.',
    });
  } else if (lives.sight === 'unknown') {
    warn(
      'locationsUnknown',
      `Locations that are live can’t be seen now (${
        lives.because ?? 'nobody knows why'
      }): only Git was looked at.`,
    );
  }
  const live = lives.items.find(
    each => each.namespace === namespace && each.name === name,
  );
  const before = inGit(draft, namespace, name);
  if (live) refuseForeign(planning, live, 'name', 'is live');
  const provider = before?.provider ?? 'aws';
  refuseOtherProvider(planning, provider);
  warnOfHostName(planning);

  const wasDefault = before?.default ?? live?.default ?? false;
  const isDefault = request.default ?? wasDefault;
  refuseReadOnly(planning, isDefault);
  refuseMoved(planning, before);
  refuseNoDefault(planning, wasDefault);
  const protection = refuseUnprotected(planning);
  if (request.volumeSnapshotLocation) refuseSnapshotLocation(planning);

  const moved = isDefault ? moveDefault(planning) : [];
  removeUnasked(planning);
  draft.put(
    [
      manifestOf(request, provider),
      ...(request.volumeSnapshotLocation
        ? [
            {
              apiVersion: 'velero.io/v1',
              kind: 'VolumeSnapshotLocation',
              metadata: { name, namespace },
              spec: {
                provider: 'aws',
                ...('region' in request.config && {
                  config: { region: request.config.region },
                }),
              },
            },
          ]
        : []),
    ],
    { change: 'velero-location', object: name },
  );

  const schedules = schedulesOf(facts, request, isDefault);
  const impact: ChangeImpact[] = [
    {
      what: 'Backups are kept in',
      before: placeText(
        before?.bucket ?? live?.bucket ?? undefined,
        before?.prefix ?? live?.prefix ?? undefined,
      ),
      after: placeText(bucket, prefix),
      note: request.config.s3Url ?? 'Amazon S3',
    },
    {
      what: 'Default location',
      before: wasDefault ? name : moved.join(', ') || null,
      after: isDefault ? name : null,
      note: moved.length > 0 ? `${moved.join(', ')} is none any more` : null,
    },
    {
      what: 'Schedules that write here',
      before: null,
      after: schedules === undefined ? null : `${schedules.length}`,
      note:
        schedules === undefined
          ? 'not known: schedules can’t be seen'
          : shownNames(schedules) || null,
    },
    {
      what: 'Data of tenants’ volumes in backups',
      before: null,
      after: protection,
      note: 'Velero inside a tenant cluster may protect its volumes; that can’t be seen from here',
    },
  ];
  return {
    title: `Backup location ${name} in ${underCluster}: ${
      before ? 'changed' : 'new'
    }`,
    impact,
    notes: [
      request.credential
        ? `The credentials are in the Secret ${request.credential.name}, key ${request.credential.key}, in ${namespace}; whether it is there can't be seen, because Secrets are not read.`
        : "Velero's own credentials are used.",
    ],
    alreadyThere: `The backup location ${name} of ${underCluster} is just that in Git already.`,
  };
}

function gatesOf(
  { namespace }: VeleroLocationRequest,
  { namespaces }: UnderClusterFacts,
): ChangeGate[] {
  const isThere = namespaces.items.some(each => each.name === namespace);
  const absent = isThere ? 'passed' : 'failed';
  return [
    {
      id: 'namespaceThere',
      title: "Velero's namespace is there",
      state: namespaces.sight === 'known' ? absent : 'unknown',
      detail:
        namespaces.sight === 'known'
          ? `The namespace ${namespace} is ${isThere ? '' : 'not '}there.`
          : `Whether the namespace ${namespace} is there can't be seen now.`,
    },
  ];
}

function arrivalOf(
  { name, namespace, bucket, prefix, ...request }: VeleroLocationRequest,
  { backupLocations }: UnderClusterFacts,
): ChangeArrival {
  if (backupLocations.sight !== 'known') return { known: false };
  const live = backupLocations.items.find(
    each => each.name === name && each.namespace === namespace,
  );
  if (!live) {
    return {
      known: true,
      arrived: false,
      missing: `The location ${namespace}/${name} is not there yet.`,
    };
  }
  if (live.bucket !== bucket) {
    return {
      known: true,
      arrived: false,
      missing: `The location ${namespace}/${name} still has the bucket ${
        live.bucket ?? 'unknown'
      }.`,
    };
  }
  if ((live.prefix ?? undefined) !== prefix) {
    return {
      known: true,
      arrived: false,
      missing: `The location ${namespace}/${name} still has ${
        live.prefix === null ? 'no folder' : `the folder ${live.prefix}`
      }.`,
    };
  }
  if (request.default !== undefined && live.default !== request.default) {
    return {
      known: true,
      arrived: false,
      missing: `The location ${namespace}/${name} is ${
        live.default ? 'still' : 'not yet'
      } the default.`,
    };
  }
  const other =
    request.default === true &&
    backupLocations.items.find(
      each =>
        each.default && each.namespace === namespace && each.name !== name,
    );
  if (other) {
    return {
      known: true,
      arrived: false,
      missing: `The location ${namespace}/${other.name} is still a default, too.`,
    };
  }
  if (live.phase !== 'Available') {
    return {
      known: true,
      arrived: false,
      missing:
        live.phase === null
          ? `Velero has not validated ${namespace}/${name} yet.`
          : `Velero says that ${namespace}/${name} is ${live.phase}${
              live.message ? `: ${live.message}` : ''
            }.`,
    };
  }
  return { known: true, arrived: true, missing: '' };
}

/** A BackupStorageLocation of Velero and, only where it works, a VolumeSnapshotLocation. */
export const veleroLocation: PlannableChange<VeleroLocationRequest> = {
  kind: 'velero-location',
  action: 'kmetal:velero:location',
  title: 'Backup location',
  description:
    'Plans a BackupStorageLocation of Velero on S3, MinIO or another S3-compatible server in the GitOps repository, and writes the changed files to the workspace, for a publishing action to propose. The default moves in the same change. Credentials are referred to, never written.',
  fields,
  read,
  objectOf: ({ name }) => name,
  namespacesOf: ({ namespace }) => [namespace],
  plan,
  gatesOf,
  arrivalOf,
  examples: [
    {
      description: 'A bucket of Amazon S3',
      input: {
        name: 'frankfurt',
        bucket: 'kmetal-backups',
        prefix: 'velero',
        region: 'eu-central-1',
        credentialName: 'velero-frankfurt',
        credentialKey: 'cloud',
        confirmNoTenantData: true,
      },
    },
    {
      description: 'MinIO, as the default of all backups',
      input: {
        name: 'minio',
        bucket: 'velero',
        region: 'minio',
        s3Url: 'https://minio.minio-system.svc:9000',
        publicUrl: 'https://minio.example.com',
        s3ForcePathStyle: true,
        credentialName: 'velero-minio',
        credentialKey: 'cloud',
        default: true,
        confirmNoTenantData: true,
      },
    },
  ],
};
