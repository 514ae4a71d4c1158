import { isDeepStrictEqual } from 'node:util';
import type { UnderClusterFacts } from '@kmetal/backstage-plugin-tenant-storage-common';
import { GitOpsError } from '../../gitops';
import type { NewManifest } from '../../gitops/newManifest';
import type { ChangeGate } from '../changePlan';
import { refuseChartsObjects } from '../chartOwner';
import { dnsLabel, dnsSubdomain } from '../checkedName';
import { judgeNewClaim } from '../newClaim';
import { NEVER_PRUNED, objectName } from '../once';
import { pinnedImage } from '../pinnedImage';
import { refuseTenantsNamespace } from '../platformNamespace';
import { quotaSize } from '../quotaRequest';
import type {
  ChangeArrival,
  PlannedChange,
  Planning,
  PlannableChange,
  StorageChangeField,
} from '../storageChange';

const CONTROL_PLANE = 'node-role.kubernetes.io/control-plane';
/** The user and group that MinIO runs as here; its images need no other. */
const USER = 1000;

/** Object storage as it is asked for, checked. */
export interface MinioRequest {
  name: string;
  namespace: string;
  image: string;
  replicas: number;
  storageClass: string;
  size: { bytes: bigint; written: string };
  secret: { name: string; userKey: string; passwordKey: string };
  confirmUnmaintained: boolean;
}

const fields = {
  name: z =>
    z.string().optional().describe('The name of its objects. Default: `minio`'),
  namespace: z =>
    z
      .string()
      .optional()
      .describe('The namespace that it runs in. Default: `minio-system`'),
  image: z =>
    z
      .string()
      .describe(
        'The image, by its digest, such as `registry.example.com/minio:RELEASE…@sha256:…`; there is no default, because the community server is not maintained any more',
      ),
  confirmUnmaintained: z =>
    z
      .boolean()
      .optional()
      .describe(
        'Set by who knows where security fixes of this image come from: the last community images miss one',
      ),
  replicas: z =>
    z
      .number()
      .int()
      .optional()
      .describe(
        'How many servers, each on a node of its own: 4 to 16. Default: `4`',
      ),
  storageClass: z =>
    z
      .string()
      .describe('The class of their volumes; `local-path` is the platform’s'),
  size: z =>
    z
      .string()
      .optional()
      .describe('The size of each volume, such as `100Gi`. Default: `100Gi`'),
  secretName: z =>
    z
      .string()
      .optional()
      .describe(
        'The Secret with the root user, which is made outside Git. Default: `minio-credentials`',
      ),
  secretUserKey: z =>
    z
      .string()
      .optional()
      .describe('Its key with the name of the root user. Default: `rootUser`'),
  secretPasswordKey: z =>
    z
      .string()
      .optional()
      .describe('Its key with the password. Default: `rootPassword`'),
} satisfies Record<string, StorageChangeField>;

function textOf(input: Record<string, unknown>, field: string, other: string) {
  const value = input[field];
  return typeof value === 'string' && value !== '' ? value : other;
}

function keyOfSecret(
  input: Record<string, unknown>,
  field: string,
  other: string,
): string {
  const key = textOf(input, field, other);
  if (!/^[-._a-zA-Z0-9]{1,63}$/.test(key)) {
    throw new GitOpsError({
      code: 'inputInvalid',
      field,
      problem: 'It is no key of a Secret.',
      remedy: `Give the key, such as ${other}. The password itself belongs into the Secret only.`,
    });
  }
  return key;
}

function read(input: Record<string, unknown>): MinioRequest {
  const replicas = typeof input.replicas === 'number' ? input.replicas : 4;
  if (replicas < 4 || replicas > 16) {
    throw new GitOpsError({
      code: 'inputInvalid',
      field: 'replicas',
      problem: `${replicas} servers are ${
        replicas < 4 ? 'too few to lose one of' : 'more than one set takes'
      }.`,
      remedy: 'Give 4 to 16.',
    });
  }
  return {
    name: dnsLabel(textOf(input, 'name', 'minio'), 'name', 'a Service'),
    namespace: dnsLabel(
      textOf(input, 'namespace', 'minio-system'),
      'namespace',
      'a namespace',
    ),
    image: pinnedImage(String(input.image), 'image'),
    replicas,
    storageClass: dnsSubdomain(
      String(input.storageClass),
      'storageClass',
      'a class',
    ),
    size: quotaSize(textOf(input, 'size', '100Gi')),
    secret: {
      name: dnsSubdomain(
        textOf(input, 'secretName', 'minio-credentials'),
        'secretName',
        'a Secret',
      ),
      userKey: keyOfSecret(input, 'secretUserKey', 'rootUser'),
      passwordKey: keyOfSecret(input, 'secretPasswordKey', 'rootPassword'),
    },
    confirmUnmaintained: input.confirmUnmaintained === true,
  };
}

/** What MinIO keeps for repair of each object, in volumes, unless its settings say otherwise ("Erasure Coding" of its documentation). */
function parityOf(volumes: number): number {
  return Math.min(Math.floor(volumes / 2), 4);
}

function probe(path: string, more: Record<string, number>) {
  return { httpGet: { path, port: 'api' }, timeoutSeconds: 5, ...more };
}

function labelsOf(name: string) {
  return {
    'app.kubernetes.io/name': 'minio',
    'app.kubernetes.io/instance': name,
  };
}

function headlessOf(name: string) {
  return `${name}-hl`;
}

function manifests(
  request: MinioRequest,
  onControlPlane: boolean,
): NewManifest[] {
  const { name, namespace, image, replicas, storageClass, size, secret } =
    request;
  const labels = labelsOf(name);
  const headless = headlessOf(name);
  const fromSecret = (variable: string, key: string) => ({
    name: variable,
    valueFrom: { secretKeyRef: { name: secret.name, key } },
  });
  const ports = [
    { name: 'api', port: 9000, targetPort: 'api' },
    { name: 'console', port: 9001, targetPort: 'console' },
  ];
  return [
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: headless, namespace, labels },
      spec: {
        clusterIP: 'None',
        // Servers find each other before any of them is ready.
        publishNotReadyAddresses: true,
        selector: labels,
        ports: [{ name: 'api', port: 9000, targetPort: 'api' }],
      },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name, namespace, labels },
      spec: { type: 'ClusterIP', selector: labels, ports },
    },
    {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { name, namespace, labels },
      spec: { maxUnavailable: 1, selector: { matchLabels: labels } },
    },
    {
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: { name, namespace, labels },
      spec: {
        serviceName: headless,
        replicas,
        // One after the other would wait for a quorum that never comes.
        podManagementPolicy: 'Parallel',
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: {
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
            affinity: {
              podAntiAffinity: {
                requiredDuringSchedulingIgnoredDuringExecution: [
                  {
                    labelSelector: { matchLabels: labels },
                    topologyKey: 'kubernetes.io/hostname',
                  },
                ],
              },
            },
            securityContext: {
              runAsNonRoot: true,
              runAsUser: USER,
              runAsGroup: USER,
              fsGroup: USER,
              fsGroupChangePolicy: 'OnRootMismatch',
              seccompProfile: { type: 'RuntimeDefault' },
            },
            containers: [
              {
                name: 'minio',
                image,
                args: [
                  'server',
                  '--console-address',
                  ':9001',
                  `http://${name}-{0...${
                    replicas - 1
                  }}.${headless}.${namespace}.svc.cluster.local/data`,
                ],
                env: [
                  fromSecret('MINIO_ROOT_USER', secret.userKey),
                  fromSecret('MINIO_ROOT_PASSWORD', secret.passwordKey),
                ],
                ports: [
                  { name: 'api', containerPort: 9000 },
                  { name: 'console', containerPort: 9001 },
                ],
                startupProbe: probe('/minio/health/live', {
                  periodSeconds: 10,
                  failureThreshold: 60,
                }),
                livenessProbe: probe('/minio/health/live', {
                  periodSeconds: 30,
                  failureThreshold: 5,
                }),
                readinessProbe: probe('/minio/health/ready', {
                  periodSeconds: 15,
                  failureThreshold: 3,
                }),
                securityContext: {
                  allowPrivilegeEscalation: false,
                  capabilities: { drop: ['ALL'] },
                },
                resources: {
                  requests: { cpu: '500m', memory: '1Gi' },
                  limits: { memory: '2Gi' },
                },
                volumeMounts: [{ name: 'data', mountPath: '/data' }],
              },
            ],
          },
        },
        volumeClaimTemplates: [
          {
            metadata: { name: 'data' },
            spec: {
              accessModes: ['ReadWriteOnce'],
              storageClassName: storageClass,
              resources: { requests: { storage: size.written } },
            },
          },
        ],
      },
    },
  ];
}

/** Nodes that a server may run on; undefined if they can't be seen. */
function nodesFor(
  facts: UnderClusterFacts,
  onControlPlane: boolean,
): number | undefined {
  if (facts.nodes.sight !== 'known') return undefined;
  return facts.nodes.items.filter(
    ({ controlPlane, unschedulable }) =>
      controlPlane === onControlPlane && !unschedulable,
  ).length;
}

function refuseTooFewNodes(
  { facts, request, refuse, warn }: Planning<MinioRequest>,
  onControlPlane: boolean,
): void {
  const { replicas, storageClass } = request;
  const nodes = nodesFor(facts, onControlPlane);
  const role = onControlPlane ? 'control-plane node' : 'worker';
  if (nodes === undefined) {
    warn(
      'nodesUnknown',
      `Nodes can't be seen now: ${replicas} servers need as many ${role}s.`,
    );
  } else if (nodes < replicas) {
    refuse({
      code: 'notSupported',
      field: onControlPlane ? 'storageClass' : 'replicas',
      problem: `${replicas} servers need a node each, and there ${
        nodes === 1 ? 'is' : 'are'
      } ${nodes} ${role}${nodes === 1 ? '' : 's'}${
        onControlPlane
          ? `; volumes of ${storageClass} are made on control-plane nodes only`
          : ''
      }.`,
      remedy: onControlPlane
        ? 'Choose another class, or use object storage outside the under cluster.'
        : 'Add workers, or use object storage outside the under cluster.',
    });
  }
}

function refuseChangedVolumes({
  draft,
  request,
  refuse,
  facts,
  warn,
}: Planning<MinioRequest>): void {
  const { namespace, name, storageClass, size, replicas } = request;
  const at = draft.find({
    apiGroup: 'apps',
    kind: 'StatefulSet',
    namespace,
    name,
  });
  if (!at) {
    if (facts.claims.sight !== 'known') {
      warn(
        'claimsUnknown',
        `Claims of ${namespace} can't be seen now: servers take up volumes of an earlier ${name} as they are.`,
      );
    }
    const left = facts.claims.items.filter(
      each => each.namespace === namespace && isVolumeOf(name, each.name),
    );
    if (left.length > 0) {
      warn(
        'volumesThere',
        `There are volumes of an earlier ${namespace}/${name}: ${left
          .map(each => each.name)
          .join(
            ', ',
          )}. Its servers take them up as they are, and if it still runs without Git, it has two owners.`,
      );
    } else {
      judgeNewClaim(
        facts,
        { namespace, storageClass, bytes: size.bytes, replicas },
        refuse,
        warn,
      );
    }
    return;
  }
  const isMadeHere =
    draft.data(at, ['spec', 'serviceName']) === headlessOf(name) &&
    draft.data(at, ['spec', 'podManagementPolicy']) === 'Parallel' &&
    isDeepStrictEqual(draft.data(at, ['spec', 'selector']), {
      matchLabels: labelsOf(name),
    });
  if (!isMadeHere) {
    refuse({
      code: 'nameTaken',
      field: 'name',
      problem: `${namespace}/${name} in ${draft.shown(
        at,
      )} was made another way: Kubernetes takes no change of the selector, the serviceName or the podManagementPolicy of a StatefulSet.`,
      remedy:
        'Leave it as it is, or give another name, and move the data with mc mirror.',
    });
    return;
  }
  const claim = ['spec', 'volumeClaimTemplates', 0, 'spec'];
  const before: Array<[string, unknown, unknown]> = [
    [
      'storageClass',
      draft.data(at, [...claim, 'storageClassName']),
      storageClass,
    ],
    [
      'size',
      draft.data(at, [...claim, 'resources', 'requests', 'storage']),
      size.written,
    ],
    ['replicas', draft.data(at, ['spec', 'replicas']), replicas],
  ];
  for (const [field, now, wanted] of before) {
    if (now !== wanted) {
      refuse({
        code: 'nameTaken',
        field,
        problem: `${namespace}/${name} is there with ${String(
          now,
        )} in ${draft.shown(
          at,
        )}: neither its volumes nor the number of its servers can be changed.`,
        remedy:
          'Leave it as it is, or give another name, and move the data with mc mirror.',
      });
    }
  }
}

function plan(planning: Planning<MinioRequest>): PlannedChange {
  const { draft, facts, request, refuse, warn, underCluster } = planning;
  const { name, namespace, replicas, storageClass, size, secret } = request;
  const { storageClasses } = facts;
  if (storageClass === facts.storageClass) {
    warn(
      'tenantsClass',
      `${storageClass} is the class of tenants: its room is theirs, and backups on it are lost with it.`,
    );
  }
  if (storageClasses.sight !== 'known') {
    warn(
      'classUnknown',
      `Whether there is a class ${storageClass} can't be seen now.`,
    );
  } else if (!storageClasses.items.some(each => each.name === storageClass)) {
    refuse({
      code: 'notFound',
      field: 'storageClass',
      problem: `There is no class ${storageClass} in ${underCluster}.`,
      remedy: `Use one of ${
        storageClasses.items.map(each => each.name).join(', ') || 'those there'
      }.`,
    });
  }
  refuseTenantsNamespace(planning, namespace);
  refuseChartsObjects(planning, { chart: 'minio', namespace });
  if (!request.confirmUnmaintained) {
    refuse({
      code: 'confirmationMissing',
      field: 'confirmUnmaintained',
      problem:
        "MinIO's community server gets no security fixes any more, and its last images miss one.",
      remedy:
        'Use an image that somebody maintains and confirm, or an S3 service outside the under cluster.',
    });
  }
  const onControlPlane = storageClass === 'local-path';
  const parity = parityOf(replicas);
  refuseTooFewNodes(planning, onControlPlane);
  refuseChangedVolumes(planning);
  const liveNamespace = facts.namespaces.items.find(
    each => each.name === namespace,
  );
  if (liveNamespace?.deletedAt) {
    refuse({
      code: 'notReady',
      field: 'namespace',
      problem: `The namespace ${namespace} is being deleted, with all that is in it.`,
      remedy: 'Wait until it is gone, or give another.',
    });
  }
  const hasNamespace =
    liveNamespace !== undefined ||
    draft.find({ apiGroup: '', kind: 'Namespace', name: namespace });
  if (!hasNamespace && facts.namespaces.sight !== 'known') {
    warn(
      'namespaceUnknown',
      `Whether the namespace ${namespace} is there can't be seen now, so none is made.`,
    );
  }
  draft.put(
    [
      ...(!hasNamespace && facts.namespaces.sight === 'known'
        ? [
            {
              apiVersion: 'v1',
              kind: 'Namespace',
              // With a namespace goes all that is in it, the backups first.
              metadata: { name: namespace, annotations: NEVER_PRUNED },
            },
          ]
        : []),
      ...manifests(request, onControlPlane),
    ],
    { change: 'minio', object: objectName(namespace, name) },
  );
  return {
    title: `Object storage ${namespace}/${name} in ${underCluster}: ${replicas} × ${size.written}`,
    impact: [
      {
        what: 'Servers',
        before: null,
        after: `${replicas}, on a ${
          onControlPlane ? 'control-plane node' : 'worker'
        } each`,
        note: `${
          parity * 2 === replicas ? parity - 1 : parity
        } may fail, and writing goes on`,
      },
      {
        what: `Takes of ${storageClass}`,
        before: null,
        after: `${replicas} × ${size.written}`,
        note: `${
          replicas - parity
        } of ${replicas} parts can be used: the rest is for repair`,
      },
      {
        what: 'Root user',
        before: null,
        after: null,
        note: `from the Secret ${secret.name}, which is not in Git`,
      },
    ],
    notes: [
      `Make the Secret ${namespace}/${secret.name} with the keys ${secret.userKey} and ${secret.passwordKey} before it is merged; whether it is there can't be seen, because Secrets are not read.`,
      'It speaks HTTP inside the cluster: put TLS before it for whoever comes from outside.',
    ],
    alreadyThere: `The object storage ${namespace}/${name} is just that in Git already.`,
  };
}

function gatesOf(
  { storageClass }: MinioRequest,
  { storageClasses }: UnderClusterFacts,
): ChangeGate[] {
  const isThere = storageClasses.items.some(
    ({ name }) => name === storageClass,
  );
  const seen = isThere ? 'passed' : 'failed';
  return [
    {
      id: 'classThere',
      title: 'The class of its volumes is there',
      state: storageClasses.sight === 'known' ? seen : 'unknown',
      detail:
        storageClasses.sight === 'known'
          ? `The class ${storageClass} is ${isThere ? '' : 'not '}there.`
          : `Whether the class ${storageClass} is there can't be seen now.`,
    },
  ];
}

/** A StatefulSet calls its claims by its template, its name and a number. */
function isVolumeOf(name: string, claim: string): boolean {
  const start = `data-${name}-`;
  return claim.startsWith(start) && /^\d+$/.test(claim.slice(start.length));
}

function arrivalOf(
  { namespace, name, replicas }: MinioRequest,
  { claims }: UnderClusterFacts,
): ChangeArrival {
  if (claims.sight !== 'known') return { known: false };
  const bound = claims.items.filter(
    each =>
      each.namespace === namespace &&
      isVolumeOf(name, each.name) &&
      each.phase === 'Bound',
  ).length;
  return {
    known: true,
    arrived: bound >= replicas,
    missing:
      bound >= replicas
        ? ''
        : `${bound} of ${replicas} volumes of ${namespace}/${name} are bound.`,
  };
}

/** Object storage in the under cluster. */
export const minio: PlannableChange<MinioRequest> = {
  kind: 'minio',
  action: 'kmetal:storage:minio',
  title: 'Object storage',
  description:
    'Plans MinIO in the GitOps repository: a StatefulSet with its headless Service, its root user from a Secret that is referred to. Writes the changed files to the workspace, for a publishing action to propose.',
  fields,
  read,
  objectOf: ({ namespace, name }) => objectName(namespace, name),
  namespacesOf: ({ namespace }) => [namespace],
  plan,
  gatesOf,
  arrivalOf,
  examples: [
    {
      description: 'Four servers with 100 GiB each',
      input: {
        storageClass: 'longhorn',
        image: `registry.example.com/minio:RELEASE.2026-10-01T00-00-00Z@sha256:${'0123456789abcdef'.repeat(
          4,
        )}`,
        confirmUnmaintained: true,
      },
    },
  ],
};
