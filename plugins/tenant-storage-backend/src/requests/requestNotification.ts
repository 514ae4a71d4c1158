import type { NotificationSendOptions } from '@backstage/plugin-notifications-node';
import type { StoredRequest } from './requestsStore';

/** Where a tenant's storage is in the portal. */
function storageTab(underCluster: string, tenant: string): string {
  return `/catalog/default/resource/${underCluster}.${tenant}/storage`;
}

/** Where requests of under clusters are in the portal: the frontend's page of requests. */
const REQUESTS_PAGE = '/storage-requests';

/** Where a request is in the portal: among those for the same change of the same under cluster, or on its tenant's page. */
export function pageOf({
  underCluster,
  tenant,
  change,
}: Pick<StoredRequest, 'underCluster' | 'tenant' | 'change'>): string {
  return tenant === null
    ? `${REQUESTS_PAGE}?${new URLSearchParams({ underCluster, change })}`
    : storageTab(underCluster, tenant);
}

/**
 * What the requester is told of the request's present state, of a tenant's storage in a tenant's words; undefined for states that nobody is
 * told of.
 */
export function notificationOf(
  request: StoredRequest,
): NotificationSendOptions | undefined {
  const { underCluster, tenant, title: wish } = request;
  const { by, ...present } = request.steps[request.steps.length - 1];
  const isQuota = request.change === 'quota';
  // Who asks for a change of the under cluster's storage is of the platform team.
  const message = isQuota
    ? present.message
    : present.platformMessage ?? present.message;
  const who = by ?? (isQuota ? 'the platform team' : 'a reviewer');
  let title: string;
  let description: string;
  let severity: 'normal' | 'high' = 'normal';
  switch (request.state) {
    case 'approved':
      title = `Approved: ${wish}`;
      description = `Approved by ${who}. You are told when it is there.`;
      break;
    case 'changesRequested':
      title = `Asked back: ${wish}`;
      description = message
        ? `${who} writes: ${message}`
        : `${who} wants something changed before it can be approved.`;
      break;
    case 'withdrawn':
      title = `Not accepted: ${wish}`;
      description = `${message ?? 'It was closed without being accepted'}. ${
        by ? `Ask ${by} why, or` : 'You can'
      } ask for ${isQuota ? 'another size' : 'it again'}.`;
      break;
    case 'live':
      title = message
        ? `The storage of ${tenant} in ${underCluster} has changed`
        : `It is there: ${wish}`;
      if (message) description = `${message}.`;
      else if (isQuota) {
        description =
          'New volumes can use it from now on; those that were waiting for it are created.';
      } else description = 'The under cluster has what was asked for.';
      break;
    case 'stuck':
      title = `It does not go on: ${wish}`;
      description = `${message ?? 'Nobody knows why'}.`;
      severity = 'high';
      break;
    default:
      return undefined;
  }
  return {
    recipients: { type: 'entity', entityRef: request.requester },
    payload: {
      title,
      description,
      severity,
      link: pageOf(request),
      topic: 'tenant-storage',
      scope: `request:${request.id}:${request.state}`,
    },
  };
}
