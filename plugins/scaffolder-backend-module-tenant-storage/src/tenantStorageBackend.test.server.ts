import { parseQuantity } from '@kmetal/backstage-plugin-tenant-storage-common';
import type {
  ManifestRepository,
  NewStorageRequest,
  QuotaChange,
  QuotaChangeFacts,
  StorageRequest,
} from '@kmetal/backstage-plugin-tenant-storage-common';
import { HttpServer } from './httpServer.test.server';

export const KEY =
  'tenant-storage-class.storageclass.storage.k8s.io/requests.storage';

export const LIVE = 50n * 2n ** 30n;

/** Of the tenant alpha: 44046147915 of 50Gi are used, and a volume waits. */
export function factsOf(
  parts: Partial<QuotaChangeFacts['facts']> = {},
): QuotaChangeFacts['facts'] {
  const headroom = {
    state: 'known' as const,
    bytes: '1000000000',
    explanation: '',
    limitedBy: null,
    overhead: '0.06',
    doubled: false,
    inFlight: '0',
  };
  return {
    isTenant: true,
    storageClass: 'tenant-storage-class',
    quotaState: 'limited',
    limits: [
      {
        quota: 'alpha-storage',
        key: KEY,
        resource: 'bytes',
        storageClass: 'tenant-storage-class',
        hard: `${LIVE}`,
        used: '44046147915',
        remaining: `${LIVE - 44046147915n}`,
        usedRatio: 0.82,
      },
    ],
    quotas: { 'alpha-storage': { labels: {}, annotations: {} } },
    charged: '44046147915',
    headroom,
    headroomAfter: headroom,
    pending: [],
    underWay: '0',
    fleet: {
      quotaSum: '7777777777777',
      capacity: { bytes: '9999999999999', source: 'configured' },
    },
    ...parts,
  };
}

/** What the backend answers to the two questions of the action, over HTTP, with everything that it was asked. */
export class TenantStorageBackend {
  readonly calls: string[] = [];
  readonly authorizations: Array<string | undefined> = [];
  readonly recorded: NewStorageRequest[] = [];
  repositories: ManifestRepository[] = [];
  facts = factsOf();
  reviewers: QuotaChangeFacts['reviewers'] = { users: [], teams: [] };
  openRequest: QuotaChangeFacts['openRequest'] = null;
  /** On the branch, by repository; none where nothing is said. */
  readonly commitsOfOthers = new Map<
    string,
    QuotaChangeFacts['branches'][number]['commitsOfOthers']
  >();
  /** Answers this error to a path instead. */
  readonly errors = new Map<string, { status: number; message: string }>();
  readonly #server: HttpServer;

  constructor() {
    this.#server = new HttpServer(async (request, response) => {
      const path = (request.url ?? '').replace('/api/tenant-storage', '');
      this.authorizations.push(request.headers.authorization);
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      const body = JSON.parse(Buffer.concat(chunks).toString());
      const { status, json } = this.answer(path, body);
      response
        .writeHead(status, { 'content-type': 'application/json' })
        .end(JSON.stringify(json));
    });
  }

  /** The answer to a POST. */
  answer(path: string, body: unknown): { status: number; json: unknown } {
    this.calls.push(`POST ${path}`);
    const error = this.errors.get(path);
    if (error) {
      const { status, message } = error;
      return {
        status,
        json: {
          error: { name: 'Error', message },
          response: { statusCode: status },
        },
      };
    }
    if (path === '/v1/requests') {
      const wish = body as NewStorageRequest;
      this.recorded.push(wish);
      return { status: 200, json: this.requestOf(wish) };
    }
    const { facts, repositories, reviewers, openRequest } = this;
    const { underCluster, tenant } = body as QuotaChange;
    const branches = repositories.map(({ host, repository }) => ({
      host,
      repository,
      branch: `kmetal-storage.${underCluster}.${tenant}.quota`,
      commitsOfOthers: this.commitsOfOthers.has(repository)
        ? this.commitsOfOthers.get(repository) ?? null
        : [],
    }));
    const json: QuotaChangeFacts = {
      facts,
      repositories,
      branches,
      reviewers,
      openRequest,
    };
    return { status: 200, json };
  }

  get url(): string {
    return `${this.#server.url}/api/tenant-storage`;
  }

  /** As the backend tells of a request that it follows. */
  requestOf(
    wish: NewStorageRequest,
    parts: Partial<StorageRequest> = {},
  ): StorageRequest {
    return {
      id: '0f8fad5b-d9cb-469f-a165-70867728950e',
      underCluster: wish.underCluster,
      tenant: wish.tenant,
      change: 'quota',
      object: wish.tenant,
      title: `Storage quota of ${wish.tenant}`,
      size: wish.size,
      sizeBytes: `${parseQuantity(wish.size)}`,
      before: wish.before,
      reason: wish.reason,
      requester: 'user:default/alice',
      state: 'preparing',
      since: '2026-01-01T00:00:00.000Z',
      by: null,
      message: null,
      open: true,
      pullRequest: null,
      repository: { host: wish.host, repository: wish.repository },
      revision: null,
      gates: null,
      history: [],
      createdAt: '2026-01-01T00:00:00.000Z',
      ...parts,
    };
  }

  async start(): Promise<this> {
    await this.#server.start();
    return this;
  }

  stop(): Promise<void> {
    return this.#server.stop();
  }
}
