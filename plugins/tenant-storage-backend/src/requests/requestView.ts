import type { StorageRequest } from '@kmetal/backstage-plugin-tenant-storage-common';
import type { StoredRequest, StoredStep } from './requestsStore';
import type { RequestAudience } from './types';

function iso(at: number): string {
  return new Date(at).toISOString();
}

/** A request as the API answers it to those people. */
export function requestView(
  request: StoredRequest,
  audience: RequestAudience,
): StorageRequest {
  const messageOf = (step: StoredStep) =>
    audience === 'platform'
      ? step.platformMessage ?? step.message
      : step.message;
  const present = request.steps[request.steps.length - 1];
  const quota = request.change === 'quota' ? request : undefined;
  return {
    id: request.id,
    underCluster: request.underCluster,
    tenant: request.tenant,
    change: request.change,
    object: request.object,
    title: request.title,
    size: quota?.size ?? null,
    sizeBytes: quota ? `${quota.sizeBytes}` : null,
    before: quota?.before?.toString() ?? null,
    reason: request.reason,
    requester: request.requester,
    state: request.state,
    since: iso(present.at),
    by: present.by,
    message: messageOf(present),
    open: request.open,
    pullRequest: request.proposal,
    repository: {
      host: request.repository.host,
      repository: request.repository.repository,
    },
    revision: request.revision,
    gates: request.gates,
    history: request.steps.map(step => ({
      state: step.state,
      at: iso(step.at),
      by: step.by,
      message: messageOf(step),
    })),
    createdAt: iso(request.createdAt),
  };
}
