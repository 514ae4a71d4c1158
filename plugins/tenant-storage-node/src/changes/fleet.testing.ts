import type {
  Headroom,
  QuotaLimit,
} from '@kmetal/backstage-plugin-tenant-storage-common';
import { RepositoryFiles } from '../gitops';
import type { QuotaPlanInput } from './quota';
import type { QuotaFacts } from './quotaFacts';
import type { GitOpsSettings } from './gitOpsRepository';
import type { QuotaRequest } from './quotaRequest';

export const GI = 2n ** 30n;
export const KEY =
  'tenant-storage-class.storageclass.storage.k8s.io/requests.storage';

export const MANIFEST = `# Agreed with team alpha in May.
apiVersion: v1
kind: ResourceQuota
metadata:
  name: alpha-storage
  namespace: alpha
spec:
  hard:
    ${KEY}: 10Gi # was 5Gi
    persistentvolumeclaims: "20"
`;

export function limit(parts: Partial<QuotaLimit> = {}): QuotaLimit {
  return {
    quota: 'alpha-storage',
    key: KEY,
    resource: 'bytes',
    storageClass: 'tenant-storage-class',
    hard: `${10n * GI}`,
    used: `${8n * GI}`,
    remaining: null,
    usedRatio: null,
    ...parts,
  };
}

export function headroom(bytes: bigint | null): Headroom {
  return {
    state: bytes === null ? 'unknown' : 'known',
    bytes: bytes === null ? null : `${bytes}`,
    explanation: '',
    limitedBy: null,
    overhead: '0.06',
    doubled: false,
    inFlight: '0',
  };
}

export function facts(parts: Partial<QuotaFacts> = {}): QuotaFacts {
  return {
    isTenant: true,
    storageClass: 'tenant-storage-class',
    quotaState: 'limited',
    limits: [limit()],
    quotas: { 'alpha-storage': { labels: {}, annotations: {} } },
    charged: `${8n * GI}`,
    headroom: headroom(GI),
    headroomAfter: headroom(11n * GI),
    pending: [],
    underWay: '0',
    fleet: {
      quotaSum: `${700n * GI}`,
      capacity: { bytes: `${1000n * GI}`, source: 'configured' },
    },
    ...parts,
  };
}

export function repository(
  texts: Record<string, string> = { 'tenants/alpha/quota.yaml': MANIFEST },
  settings: Partial<GitOpsSettings> = {},
) {
  return {
    settings: { host: 'github.com', repository: 'acme/fleet', ...settings },
    files: RepositoryFiles.from(
      Object.entries(texts).map(([path, content]) => ({
        type: 'file',
        path,
        content,
      })),
    ),
  };
}

/** A request that is granted, but for what is told. */
export function input(
  request: Partial<QuotaRequest> = {},
  parts: Partial<QuotaPlanInput> = {},
): QuotaPlanInput {
  return {
    request: {
      underCluster: 'test',
      tenant: 'alpha',
      size: '20Gi',
      reason: 'The database grows.',
      requester: 'user:default/jane.doe',
      ...request,
    },
    repositories: [repository()],
    facts: facts(),
    audience: 'approver',
    ...parts,
  };
}
