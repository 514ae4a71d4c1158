import type { NotificationSendOptions } from '@backstage/plugin-notifications-node';
import type { StoredRequest } from './requestsStore';

/** Where a tenant's storage is in the portal. */
export function storageTab(underCluster: string, tenant: string): string {
  return `/catalog/default/resource/${underCluster}.${tenant}/storage`;
}

/** What the requester is told of the request's present state, in a tenant's words; undefined for states that nobody is told of. */
export function notificationOf(
  request: StoredRequest,
): NotificationSendOptions | undefined {
  const { underCluster, tenant, size } = request;
  const { by, message } = request.steps[request.steps.length - 1];
  const who = by ?? 'the platform team';
  const wish = `${size} of storage for ${tenant} in ${underCluster}`;
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
      } ask for another size.`;
      break;
    case 'live':
      title = message
        ? `The storage of ${tenant} in ${underCluster} has changed`
        : `It is there: ${wish}`;
      description = message
        ? `${message}.`
        : 'New volumes can use it from now on; those that were waiting for it are created.';
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
      link: storageTab(underCluster, tenant),
      topic: 'tenant-storage',
      scope: `request:${request.id}:${request.state}`,
    },
  };
}
