import type {
  ManifestRepository,
  QuotaChangeFacts,
  StorageRequest,
  StorageRequestList,
} from '@kmetal/backstage-plugin-tenant-storage-common';
import type {
  RequestedObject,
  RequestQuery,
  RequestToRecord,
  StorageRequests,
} from '../../requests';

/** Requests in memory, and what was asked of them. */
export class RecordedRequests implements StorageRequests {
  readonly recorded: RequestToRecord[] = [];
  readonly requests: StorageRequest[] = [];
  readonly audiences: Array<string | undefined> = [];
  readonly asked: RequestedObject[] = [];
  troubles: StorageRequestList['errors'] = [];
  /** What the Git host says of the open one. */
  proposal?: () => Promise<QuotaChangeFacts['openRequest']>;
  /** What the Git hosts say of the branch. */
  commitsOfOthers: () => Promise<
    QuotaChangeFacts['branches'][number]['commitsOfOthers']
  > = async () => [];
  readonly #listeners = new Set<
    (request: { underCluster: string; tenant: string }) => void
  >();

  add(request: Partial<StorageRequest>): StorageRequest {
    const number = this.requests.length + 1;
    const at = new Date(Date.UTC(2026, 0, number)).toISOString();
    const whole: StorageRequest = {
      id: `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`,
      underCluster: 'north',
      tenant: 'alpha',
      change: 'quota',
      object: request.tenant ?? 'alpha',
      title: '60Gi of storage for alpha in north',
      size: '60Gi',
      sizeBytes: `${60n * 1024n ** 3n}`,
      before: null,
      reason: 'More data',
      requester: 'user:default/ada',
      state: 'opened',
      since: at,
      by: null,
      message: null,
      open: true,
      pullRequest: null,
      repository: { host: 'git.example.com', repository: 'acme/fleet' },
      revision: null,
      gates: null,
      history: [{ state: 'opened', at, by: null, message: null }],
      createdAt: at,
      ...request,
    };
    this.requests.unshift(whole);
    return whole;
  }

  async record(request: RequestToRecord): Promise<StorageRequest> {
    this.recorded.push(request);
    const { underCluster, tenant, change, object, reason, requester } = request;
    return this.add({
      underCluster,
      tenant,
      change,
      object,
      ...(request.change === 'quota'
        ? {
            size: request.size,
            sizeBytes: `${request.sizeBytes}`,
            before: request.before === null ? null : `${request.before}`,
          }
        : { title: request.title, size: null, sizeBytes: null, before: null }),
      reason,
      requester,
      state: 'preparing',
    });
  }

  async openChanges(underCluster: string) {
    return this.requests
      .filter(each => each.open && each.underCluster === underCluster)
      .map(({ change, object, state, revision }) => ({
        change,
        object,
        state,
        merged: revision !== null,
        input: {},
      }));
  }

  async subjects() {
    return this.requests.map(({ underCluster, tenant }) => ({
      underCluster,
      tenant,
    }));
  }

  async list({ subjects, states, changes, open, limit, offset }: RequestQuery) {
    this.audiences.push(...subjects.map(({ audience }) => audience));
    const found = this.requests.filter(
      request =>
        subjects.some(
          each =>
            each.underCluster === request.underCluster &&
            each.tenant === request.tenant,
        ) &&
        (states === undefined || states.includes(request.state)) &&
        (changes === undefined || changes.includes(request.change)) &&
        (open === undefined || request.open === open),
    );
    return { items: found.slice(offset, offset + limit), total: found.length };
  }

  async openRequest({ underCluster, change, object }: RequestedObject) {
    return this.requests.find(
      each =>
        each.open &&
        each.underCluster === underCluster &&
        each.change === change &&
        each.object === object,
    );
  }

  async proposed(object: RequestedObject) {
    this.asked.push(object);
    return this.proposal?.() ?? null;
  }

  async branches(
    object: RequestedObject,
    repositories: readonly ManifestRepository[],
  ) {
    return Promise.all(
      repositories.map(async ({ host, repository }) => ({
        host,
        repository,
        branch: `of ${object.object}`,
        commitsOfOthers: await this.commitsOfOthers(),
      })),
    );
  }

  async problems() {
    return this.troubles;
  }

  onChange(
    listener: (request: { underCluster: string; tenant: string }) => void,
  ) {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  change(request: { underCluster: string; tenant: string }): void {
    for (const listener of this.#listeners) listener(request);
  }
}
