import { ActionBench } from './action.test.bench';
import { createQuotaAction } from './actions/quota';
import { KEY } from './tenantStorageBackend.test.server';

/** The quota of alpha as its repository has it; others are in the same file. */
export const MANIFEST = `# Agreed with team alpha in May.
apiVersion: v1
kind: ResourceQuota
metadata:
  name: alpha-storage
  namespace: alpha
spec:
  hard:
    ${KEY}: 50Gi # was 20Gi
---
# The neighbours' secret plans
apiVersion: v1
kind: ResourceQuota
metadata:
  name: beta-storage
  namespace: beta
spec:
  hard:
    ${KEY}: 900Gi
`;

export { PORTAL_TOKEN } from './action.test.bench';

/** What a form sends. */
export interface Wish {
  underCluster: string;
  tenant: string;
  size: string;
  reason: string;
  allowBelowUse?: boolean;
  token?: string;
  providers?: string[];
}

export const WISH: Wish = {
  underCluster: 'muc-1',
  tenant: 'alpha',
  size: '60Gi',
  reason: 'The database grows.',
};

/** The action between a backend and a Git host that are real HTTP servers. */
export class QuotaActionBench extends ActionBench<Wish> {
  constructor() {
    super({
      wish: WISH,
      files: { 'tenants/alpha.yaml': MANIFEST },
      actionOf: createQuotaAction,
    });
  }

  /** What the action wrote, by path in the repository. */
  files(): unknown {
    return this.workspace.content({ path: 'kmetal-storage-change' });
  }
}
