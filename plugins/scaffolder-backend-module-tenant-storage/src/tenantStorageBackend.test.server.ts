import { parseQuantity } from '@kmetal/backstage-plugin-tenant-storage-common';
import type {
  ManifestRepository,
  NewStorageChangeRequest,
  NewStorageRequest,
  QuotaChange,
  QuotaChangeFacts,
  StorageChangeFacts,
  StorageChangeKind,
  StorageChangeWish,
  StorageRequest,
  UnderClusterFacts,
} from '@kmetal/backstage-plugin-tenant-storage-common';
import {
  readStorageChange,
  storageChangeBranch,
  storageChangeOf,
} from '@kmetal/backstage-plugin-tenant-storage-node';
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

const LISTS = [
  'storageClasses',
  'storageProfiles',
  'csiDrivers',
  'csiNodes',
  'nodes',
  'volumes',
  'claims',
  'underWay',
  'tenants',
  'namespaces',
  'resourceQuotas',
  'helmReleases',
  'kustomizations',
  'localPathMaps',
  'backupLocations',
  'snapshotLocations',
  'backupSchedules',
  'backups',
  'restores',
  'snapshotClasses',
  'snapshots',
  'jobs',
] as const;

/** Of an under cluster in which all can be seen, and nothing is there unless told. */
export function underClusterFactsOf(
  parts: Partial<UnderClusterFacts> = {},
): UnderClusterFacts {
  const lists = Object.fromEntries(
    LISTS.map(name => [name, { sight: 'known', because: null, items: [] }]),
  ) as unknown as Pick<UnderClusterFacts, (typeof LISTS)[number]>;
  return {
    underCluster: 'muc-1',
    title: 'Munich 1',
    storageClass: 'tenant-storage-class',
    cdi: { phase: 'Deployed', overhead: '0.06', classOverhead: {} },
    capacity: null,
    quotaSum: null,
    benchmark: { image: null },
    openChanges: [],
    ...lists,
    ...parts,
  };
}

/** What the backend answers to the two questions of the action, over HTTP, with everything that it was asked. */
export class TenantStorageBackend {
  readonly calls: string[] = [];
  readonly authorizations: Array<string | undefined> = [];
  readonly recorded: NewStorageRequest[] = [];
  readonly recordedChanges: Array<
    NewStorageChangeRequest & { change: StorageChangeKind }
  > = [];
  repositories: ManifestRepository[] = [];
  facts = factsOf();
  underCluster = underClusterFactsOf();
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
    const [, kind, question] = /^\/v1\/changes\/(.+)\/(.+)$/.exec(path) ?? [];
    if (kind !== 'quota') {
      const change = kind as StorageChangeKind;
      if (question === 'facts') {
        return {
          status: 200,
          json: this.#factsOfChange(change, body as StorageChangeWish),
        };
      }
      const wish = { change, ...(body as NewStorageChangeRequest) };
      this.recordedChanges.push(wish);
      return { status: 200, json: this.changeRequestOf(wish) };
    }
    const { facts, repositories, reviewers, openRequest } = this;
    const { underCluster, tenant } = body as QuotaChange;
    const branches = this.#branchesOf(
      `kmetal-storage.${underCluster}.${tenant}.quota`,
    );
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

  #branchesOf(branch: string): QuotaChangeFacts['branches'] {
    return this.repositories.map(({ host, repository }) => ({
      host,
      repository,
      branch,
      commitsOfOthers: this.commitsOfOthers.has(repository)
        ? this.commitsOfOthers.get(repository) ?? null
        : [],
    }));
  }

  #factsOfChange(
    kind: StorageChangeKind,
    { input, underCluster }: StorageChangeWish,
  ): StorageChangeFacts {
    const change = storageChangeOf(kind);
    const object = change.objectOf(readStorageChange(change, input));
    return {
      facts: this.underCluster,
      repositories: this.repositories,
      branches: this.#branchesOf(
        storageChangeBranch(change, underCluster, object),
      ),
      reviewers: this.reviewers,
      openRequest: this.openRequest,
    };
  }

  /** As the backend tells of a request for a change of an under cluster's storage that it follows. */
  changeRequestOf(
    wish: NewStorageChangeRequest & { change: StorageChangeKind },
    parts: Partial<StorageRequest> = {},
  ): StorageRequest {
    const change = storageChangeOf(wish.change);
    const object = change.objectOf(readStorageChange(change, wish.input));
    return {
      ...this.requestOf({
        ...wish,
        tenant: object,
        change: 'quota',
        size: '1',
        before: null,
      }),
      tenant: null,
      change: wish.change,
      object,
      title: wish.title,
      size: null,
      sizeBytes: null,
      ...parts,
    };
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
