import { isDeepStrictEqual } from 'node:util';
import type { UnderClusterFacts } from '@kmetal/backstage-plugin-tenant-storage-common';
import { GitOpsError } from '../../gitops';
import type { NewManifest } from '../../gitops/newManifest';
import type { DraftPlace } from '../../gitops/repositoryDraft';
import type { ChangeGate } from '../changePlan';
import { dnsLabel, dnsSubdomain } from '../checkedName';
import { namespaceGate } from '../namespaceGate';
import { judgeNewClaim } from '../newClaim';
import { objectName } from '../once';
import { pinnedImage } from '../pinnedImage';
import { refuseTenantsNamespace } from '../platformNamespace';
import { isLocalPathClass } from '../provisioner';
import { quotaSize } from '../quotaRequest';
import type {
  ChangeArrival,
  PlannedChange,
  Planning,
  PlannableChange,
  StorageChangeField,
} from '../storageChange';

/** What tells a benchmark from other Jobs and claims. */
const LABELS = { 'app.kubernetes.io/name': 'kmetal-storage-benchmark' };

const MEBI = 1024n * 1024n;
const CONTROL_PLANE = 'node-role.kubernetes.io/control-plane';

/** What fio is told for each measurement: what the platform's page measures, with direct I/O, so that no cache is measured. */
const MEASUREMENTS = {
  sequentialWrite: ['--rw=write', '--bs=1M', '--iodepth=16'],
  sequentialRead: ['--rw=read', '--bs=1M', '--iodepth=16'],
  randomWrite: ['--rw=randwrite', '--bs=4k', '--iodepth=32'],
  randomRead: ['--rw=randread', '--bs=4k', '--iodepth=32'],
} as const;

type Measurement = keyof typeof MEASUREMENTS;

const WORDS: Record<Measurement, string> = {
  sequentialWrite: 'write in sequence',
  sequentialRead: 'read in sequence',
  randomWrite: 'write here and there',
  randomRead: 'read here and there',
};

/** A benchmark as it is asked for, checked. */
export interface BenchmarkRequest {
  step: 'run' | 'cleanUp';
  name: string;
  namespace: string;
  storageClass: string;
  size: { bytes: bigint; written: string };
  /** Absent: that of the configuration. */
  image?: string;
  measurements: Measurement[];
  seconds: number;
  confirmLoad: boolean;
}

const fields = {
  step: z =>
    z
      .enum(['run', 'cleanUp'])
      .describe(
        'Whether it is run, or taken away again with its volume once it has been read',
      ),
  name: z =>
    z
      .string()
      .describe(
        'The name of this run, such as `longhorn-2026-11`; a new one each time, because a Job runs once',
      ),
  namespace: z =>
    z
      .string()
      .optional()
      .describe(
        'The namespace that it runs in, which is there. Default: `kmetal-storage-benchmark`',
      ),
  storageClass: z =>
    z.string().optional().describe('The class that is measured. Needed to run'),
  size: z =>
    z
      .string()
      .optional()
      .describe(
        'The size of its volume; fio writes four fifths of it. Larger than any cache on the way is honest. Default: `10Gi`',
      ),
  image: z =>
    z
      .string()
      .optional()
      .describe(
        'An image that has fio in its path, by its digest, such as `registry.example.com/fio:3.38@sha256:…`. Default: `benchmark.image` of the configuration',
      ),
  measurements: z =>
    z
      .array(
        z.enum([
          'sequentialWrite',
          'sequentialRead',
          'randomWrite',
          'randomRead',
        ]),
      )
      .optional()
      .describe('What is measured, one after the other. All four unless told'),
  seconds: z =>
    z
      .number()
      .int()
      .min(10)
      .max(600)
      .optional()
      .describe('How long each measurement takes. Default: `60`'),
  confirmLoad: z =>
    z
      .boolean()
      .optional()
      .describe(
        "Set by who knows that tenants' volumes on the same disks are slow while it runs",
      ),
} satisfies Record<string, StorageChangeField>;

function read(input: Record<string, unknown>): BenchmarkRequest {
  const isRun = input.step === 'run';
  const given = (field: string): string | undefined => {
    const value = input[field];
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const size = quotaSize(given('size') ?? '10Gi');
  if (size.bytes < 1024n * MEBI) {
    throw new GitOpsError({
      code: 'sizeInvalid',
      field: 'size',
      problem: `${size.written} is less than any cache on the way: memory would be measured.`,
      remedy: 'Give 1Gi or more.',
    });
  }
  const measurements = (input.measurements ?? []) as Measurement[];
  const storageClass = given('storageClass') ?? '';
  if (isRun && !storageClass) {
    throw new GitOpsError({
      code: 'inputInvalid',
      field: 'storageClass',
      problem: 'There is no class to measure.',
      remedy: 'Fill it in.',
    });
  }
  const image = given('image');
  return {
    step: isRun ? 'run' : 'cleanUp',
    // Names of Jobs become a label of their pods, which has 63 characters at most; the Job's controller adds six.
    name: dnsLabel(String(input.name), 'name', 'a benchmark'),
    namespace: dnsLabel(
      given('namespace') ?? 'kmetal-storage-benchmark',
      'namespace',
      'a namespace',
    ),
    storageClass:
      storageClass && dnsSubdomain(storageClass, 'storageClass', 'a class'),
    size,
    ...(image !== undefined && { image: pinnedImage(image, 'image') }),
    measurements:
      measurements.length > 0
        ? [...new Set(measurements)]
        : (Object.keys(MEASUREMENTS) as Measurement[]),
    seconds: typeof input.seconds === 'number' ? input.seconds : 60,
    confirmLoad: input.confirmLoad === true,
  };
}

/** Four fifths of the volume, in MiB: a file system needs the rest. */
function fileSize({ size }: BenchmarkRequest): bigint {
  return (size.bytes * 4n) / 5n / MEBI;
}

/** How long writing the file takes at 20 MiB/s, with an hour for the image, the volume and a node to run on. */
function secondsToBegin(request: BenchmarkRequest): number {
  return Number(fileSize(request) / 20n) + 3600;
}

function fioArguments(request: BenchmarkRequest) {
  const { seconds, measurements } = request;
  return [
    '--filename=/data/fio.bin',
    `--size=${fileSize(request)}M`,
    // The whole file is written first. Otherwise fio only reserves it (fallocate), and what was never written is read without the disk.
    '--overwrite=1',
    '--ioengine=libaio',
    '--direct=1',
    '--time_based',
    `--runtime=${seconds}`,
    '--group_reporting',
    '--output-format=json',
    ...measurements.flatMap(each => [
      `--name=${each}`,
      '--stonewall',
      ...MEASUREMENTS[each],
    ]),
  ];
}

function manifests(
  request: BenchmarkRequest,
  image: string,
  onControlPlane: boolean,
): NewManifest[] {
  const { name, namespace, storageClass, size, seconds, measurements } =
    request;
  const labels = LABELS;
  return [
    {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name, namespace, labels },
      spec: {
        storageClassName: storageClass,
        accessModes: ['ReadWriteOnce'],
        volumeMode: 'Filesystem',
        resources: { requests: { storage: size.written } },
      },
    },
    {
      apiVersion: 'batch/v1',
      kind: 'Job',
      // No time to live: Flux would make a Job that is gone anew, and it would run for ever.
      metadata: { name, namespace, labels },
      spec: {
        backoffLimit: 0,
        activeDeadlineSeconds:
          seconds * measurements.length + secondsToBegin(request),
        template: {
          metadata: { labels },
          spec: {
            restartPolicy: 'Never',
            automountServiceAccountToken: false,
            ...(onControlPlane && {
              nodeSelector: { [CONTROL_PLANE]: '' },
              tolerations: [
                {
                  key: CONTROL_PLANE,
                  operator: 'Exists',
                  effect: 'NoSchedule',
                },
              ],
            }),
            securityContext: {
              runAsNonRoot: true,
              runAsUser: 65534,
              runAsGroup: 65534,
              fsGroup: 65534,
              seccompProfile: { type: 'RuntimeDefault' },
            },
            containers: [
              {
                name: 'fio',
                image,
                command: ['fio'],
                args: fioArguments(request),
                securityContext: {
                  allowPrivilegeEscalation: false,
                  readOnlyRootFilesystem: true,
                  capabilities: { drop: ['ALL'] },
                },
                resources: {
                  requests: { cpu: '500m', memory: '256Mi' },
                  limits: { memory: '512Mi' },
                },
                volumeMounts: [{ name: 'data', mountPath: '/data' }],
                workingDir: '/data',
              },
            ],
            volumes: [
              { name: 'data', persistentVolumeClaim: { claimName: name } },
            ],
          },
        },
      },
    },
  ];
}

/** @throws GitOpsError `inputInvalid` if neither form nor configuration has an image. */
function imageOf({ facts, request }: Planning<BenchmarkRequest>): string {
  if (request.image !== undefined) return request.image;
  const { image } = facts.benchmark;
  if (image === null) {
    throw new GitOpsError({
      code: 'inputInvalid',
      field: 'image',
      problem:
        'There is no image of fio: the form gives none, and the configuration has none.',
      remedy:
        'Give it by its digest, or set tenantStorage.defaults.benchmark.image (of one under cluster: tenantStorage.underClusters[].benchmark.image).',
    });
  }
  return pinnedImage(image, 'image');
}

function refuseUnknownClass({
  facts,
  request,
  refuse,
  warn,
}: Planning<BenchmarkRequest>): void {
  const { storageClasses } = facts;
  if (storageClasses.sight !== 'known') {
    warn(
      'classUnknown',
      `Whether there is a class ${request.storageClass} can't be seen now.`,
    );
    return;
  }
  if (!storageClasses.items.some(({ name }) => name === request.storageClass)) {
    refuse({
      code: 'notFound',
      field: 'storageClass',
      problem: `There is no class ${request.storageClass}.`,
      remedy: `Use one of ${
        storageClasses.items.map(({ name }) => name).join(', ') || 'those there'
      }.`,
    });
  }
}

/** The Job or the claim of a benchmark in Git; only what this change has made. */
function findInGit(
  { draft, request, refuse }: Planning<BenchmarkRequest>,
  kind: 'Job' | 'PersistentVolumeClaim',
): DraftPlace | undefined {
  const { namespace, name } = request;
  const at = draft.find({
    apiGroup: kind === 'Job' ? 'batch' : '',
    kind,
    namespace,
    name,
  });
  if (!at) return undefined;
  const [[key, value]] = Object.entries(LABELS);
  if (draft.data(at, ['metadata', 'labels', key]) === value) return at;
  refuse({
    code: 'nameTaken',
    field: 'name',
    problem: `There is a ${kind} ${namespace}/${name} in ${draft.shown(
      at,
    )}, which is no benchmark: it has no label ${key}: ${value}.`,
    remedy: 'Give the name of a benchmark.',
  });
  return undefined;
}

function planRun(planning: Planning<BenchmarkRequest>): PlannedChange {
  const { draft, facts, request, refuse, warn, underCluster } = planning;
  const { name, namespace, storageClass, size, seconds, measurements } =
    request;
  refuseUnknownClass(planning);
  refuseTenantsNamespace(planning, namespace);
  if (storageClass === facts.storageClass && !request.confirmLoad) {
    refuse({
      code: 'confirmationMissing',
      field: 'confirmLoad',
      problem: `${storageClass} is the class of all tenants: their volumes on the same disks are slow while its file is written, and for about ${Math.ceil(
        (seconds * measurements.length) / 60,
      )} minutes.`,
      remedy: 'Choose a quiet time and confirm, or measure another class.',
    });
  }
  const live = facts.storageClasses.items.find(
    each => each.name === storageClass,
  );
  const isLocal = live !== undefined && isLocalPathClass(facts, live);
  const onControlPlane = isLocal && storageClass === 'local-path';
  const job = findInGit(planning, 'Job');
  const claim = findInGit(planning, 'PersistentVolumeClaim');
  const container = ['spec', 'template', 'spec', 'containers', 0];
  const isSame =
    job &&
    claim &&
    draft.data(claim, ['spec', 'storageClassName']) === storageClass &&
    (request.image === undefined ||
      draft.data(job, [...container, 'image']) === request.image) &&
    isDeepStrictEqual(
      draft.data(job, [...container, 'args']),
      fioArguments(request),
    );
  const isLive = [...facts.jobs.items, ...facts.claims.items].some(
    each => each.namespace === namespace && each.name === name,
  );
  const isInGit = job !== undefined || claim !== undefined;
  if (isInGit ? !isSame : isLive) {
    refuse({
      code: 'nameTaken',
      field: 'name',
      problem: `There is a benchmark, or a claim, ${name} already, and a Job runs once: Kubernetes takes no change of it.`,
      remedy: 'Give the new run another name.',
    });
  }
  const unseen = [facts.jobs, facts.claims].find(
    ({ sight }) => sight !== 'known',
  );
  if (!isInGit && unseen) {
    warn(
      'runsUnknown',
      `Whether there is a Job or a claim ${namespace}/${name} already can't be seen now${
        unseen.because === null ? '' : ` (${unseen.because})`
      }: Kubernetes would take no change of it.`,
    );
  }
  if (!isInGit) {
    judgeNewClaim(
      facts,
      { namespace, storageClass, bytes: size.bytes },
      refuse,
      warn,
    );
    draft.put(manifests(request, imageOf(planning), onControlPlane), {
      change: 'benchmark',
      object: objectName(namespace, name),
    });
  }
  const waiting = facts.kustomizations.items.filter(({ wait }) => wait);
  if (!isInGit && waiting.length > 0) {
    warn(
      'readyLater',
      `Where a Kustomization waits for what it applies (${waiting
        .map(each => `${each.namespace}/${each.name}`)
        .join(
          ', ',
        )}), it is not ready until the benchmark has ended, and not before its clean-up if it fails.`,
    );
  }
  if (isLocal) {
    warn(
      'oneDisk',
      'It measures the disk of the node that the pod comes to lie on, no other: local-path makes volumes where they are used.',
    );
  }
  return {
    title: `Benchmark ${name} of ${storageClass} in ${underCluster}`,
    impact: [
      {
        what: 'Measured',
        before: null,
        after: measurements.map(each => WORDS[each]).join(', '),
        note: `${seconds} s each, past all caches of the node (direct I/O)`,
      },
      {
        what: 'Takes of the class',
        before: null,
        after: size.written,
        note: 'until it is cleaned up',
      },
      {
        what: 'Tenants',
        before: null,
        after: null,
        note: 'volumes on the same disks are slow meanwhile',
      },
    ],
    notes: [
      `The result is the log of the Job: kubectl logs -n ${namespace} job/${name}. It is JSON: jobs[].read and jobs[].write have iops, bw_bytes and clat_ns.percentile.`,
      'Clean it up afterwards, with the same name: until then its volume is kept.',
    ],
    alreadyThere: `The benchmark ${name} is in Git already.`,
  };
}

function planCleanUp(planning: Planning<BenchmarkRequest>): PlannedChange {
  const { draft, facts, request, warn, underCluster } = planning;
  const { name, namespace } = request;
  const claim = findInGit(planning, 'PersistentVolumeClaim');
  const measured = claim && draft.data(claim, ['spec', 'storageClassName']);
  const isKept = facts.storageClasses.items.some(
    each => each.name === measured && each.reclaimPolicy === 'Retain',
  );
  if (isKept) {
    warn(
      'volumeKept',
      `The class ${String(
        measured,
      )} says Retain: the PersistentVolume stays with what fio wrote, until somebody deletes it and what is on the disk.`,
    );
  }
  if (claim) draft.removeObject(claim);
  // Looked up only now: what is taken out moves what is after it in a file.
  const job = findInGit(planning, 'Job');
  if (job) draft.removeObject(job);
  const live = facts.jobs.items.find(
    each => each.namespace === namespace && each.name === name,
  );
  if (live && !live.succeeded && !live.failed) {
    warn('running', `The benchmark ${name} still runs; it is stopped.`);
  }
  if (
    facts.kustomizations.sight === 'known' &&
    facts.kustomizations.items.length > 0 &&
    facts.kustomizations.items.every(({ prune }) => prune === false)
  ) {
    warn(
      'neverPruned',
      'No Kustomization prunes what leaves Git: delete the Job and the claim by hand.',
    );
  }
  return {
    title: `Benchmark ${name} in ${underCluster}: cleaned up`,
    impact: [
      {
        what: 'Job and volume',
        before: `${namespace}/${name}`,
        after: null,
        note: 'deleted by Flux, with what fio wrote and the result in the log',
      },
    ],
    alreadyThere: `There is no benchmark ${name} of ${namespace} in Git.`,
  };
}

function gatesOf(
  { namespace, step, name }: BenchmarkRequest,
  facts: UnderClusterFacts,
): ChangeGate[] {
  const { jobs } = facts;
  if (step === 'cleanUp') {
    const job = jobs.items.find(
      each => each.namespace === namespace && each.name === name,
    );
    const ended = !job || job.succeeded || job.failed;
    const seen = ended ? 'passed' : 'failed';
    return [
      {
        id: 'benchmarkEnded',
        title: 'The benchmark has ended',
        state: jobs.sight === 'known' ? seen : 'unknown',
        detail:
          jobs.sight === 'known'
            ? `The Job ${name} ${ended ? 'does not run' : 'still runs'}.`
            : `Whether the Job ${name} has ended can't be seen now.`,
      },
    ];
  }
  return [
    namespaceGate(facts, {
      id: 'namespaceThere',
      title: 'The namespace is there',
      namespace,
    }),
  ];
}

function arrivalOf(
  { namespace, name, step }: BenchmarkRequest,
  { jobs, claims }: UnderClusterFacts,
): ChangeArrival {
  if (jobs.sight !== 'known') return { known: false };
  const isIt = (each: { namespace: string; name: string }) =>
    each.namespace === namespace && each.name === name;
  const job = jobs.items.find(isIt);
  if (step === 'cleanUp') {
    if (claims.sight !== 'known') return { known: false };
    const left = [
      ...(job ? [`the Job ${name}`] : []),
      ...(claims.items.some(isIt) ? [`the claim ${name}`] : []),
    ];
    return {
      known: true,
      arrived: left.length === 0,
      missing: left.length === 0 ? '' : `Still there: ${left.join(', ')}.`,
    };
  }
  if (job?.succeeded) return { known: true, arrived: true, missing: '' };
  let missing = `The Job ${name} is not there yet.`;
  if (job) {
    missing = job.failed
      ? `The benchmark ${name} failed: its log says why.`
      : `The benchmark ${name} still runs.`;
  }
  return { known: true, arrived: false, missing };
}

/** A fio Job with a volume of its own on a class, and its clean-up. */
export const benchmark: PlannableChange<BenchmarkRequest> = {
  kind: 'benchmark',
  action: 'kmetal:storage:benchmark',
  title: 'Storage benchmark',
  description:
    'Plans a fio Job with a volume of its own on a class in the GitOps repository, or its clean-up. Writes the changed files to the workspace, for a publishing action to propose.',
  fields,
  read,
  objectOf: ({ namespace, name }) => objectName(namespace, name),
  namespacesOf: ({ namespace }) => [namespace],
  plan: planning =>
    planning.request.step === 'run' ? planRun(planning) : planCleanUp(planning),
  gatesOf,
  arrivalOf,
  examples: [
    {
      description: 'Measure a class before tenants get it',
      input: {
        step: 'run',
        name: 'longhorn-1',
        storageClass: 'longhorn',
        image: `registry.example.com/fio:3.38@sha256:${'0123456789abcdef'.repeat(
          4,
        )}`,
      },
    },
    {
      description: 'Take it away again',
      input: { step: 'cleanUp', name: 'longhorn-1' },
    },
  ],
};
