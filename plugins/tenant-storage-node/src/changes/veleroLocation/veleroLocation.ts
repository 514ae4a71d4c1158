import { isIP } from 'node:net';
import type {
  ChangeImpact,
  UnderClusterFacts,
} from '@kmetal/backstage-plugin-tenant-storage-common';
import type { NewManifest } from '../../gitops/newManifest';
import { recordOf } from '../../gitops/plainData';
import { shownText } from '../../gitops/shownText';
import type { ChangeGate } from '../changePlan';
import { shownNames } from '../shownNames';
import type {
  ChangeArrival,
  PlannedChange,
  Planning,
  PlannableChange,
} from '../storageChange';
import {
  refuseMoved,
  refuseNoDefault,
  refuseReadOnly,
  schedulesOf,
} from './consumers';
import { moveDefault } from './defaultLocation';
import { fields } from './fields';
import { API_GROUP, inGit, KIND, refuseForeign } from './locationInGit';
import { refuseUnprotected } from './protection';
import { CONFIG_KEYS, read, type VeleroLocationRequest } from './request';
import { refuseSnapshotLocation } from './snapshotLocation';

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
