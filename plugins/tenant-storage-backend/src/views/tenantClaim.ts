import type { Volume } from '@kmetal/backstage-plugin-tenant-storage-common';
import { tenantClaimUidOf } from './volumeFacts';

/**
 * The claim in the tenant cluster behind a volume, and the command that finds it there. Only the uid is known in the under cluster,
 * and Kubernetes has no field selector for it, so the command lists all claims and keeps the one. The uid consists of hexadecimal
 * digits and hyphens only, so that no quoting is needed in any shell.
 */
export function tenantClaimOf(name: string): Volume['tenantClaim'] {
  const uid = tenantClaimUidOf(name);
  return uid === undefined
    ? null
    : {
        uid,
        command: `kubectl get pvc --all-namespaces --no-headers --output custom-columns=NAMESPACE:.metadata.namespace,NAME:.metadata.name,UID:.metadata.uid | grep ${uid}`,
      };
}
