import type {
  AuthService,
  LoggerService,
  SchedulerServiceTaskRunner,
} from '@backstage/backend-plugin-api';
import { stringifyEntityRef } from '@backstage/catalog-model';
import { stringifyError } from '@backstage/errors';
import type {
  CatalogService,
  DeferredEntity,
  EntityProvider,
  EntityProviderConnection,
} from '@backstage/plugin-catalog-node';
import type {
  UnderCluster,
  UnderClusterList,
} from '@kmetal/backstage-plugin-tenant-storage-common';
import {
  TENANT_ENTITY_TYPE,
  tenantEntity,
  underClusterOf,
} from './tenantEntity';
import type { TenantStorageApi } from './tenantStorageApi';

/** Entities of an under cluster that is no longer listed stay this long after all who name under clusters have answered. */
const UNLISTED_MS = 60 * 60_000;

/**
 * Keeps one catalog entity per tenant.
 *
 * Each round adds and removes (a `delta`, never a `full` set, which deletes whatever is not in it), and removes only tenants of
 * an under cluster whose tenants are all known and confirmed at that moment. What is to be removed is told by asking the catalog
 * what there is, not by remembering: so neither a restart during an outage nor a round on another replica loses anything.
 */
export class TenantEntityProvider implements EntityProvider {
  readonly #api: TenantStorageApi;
  readonly #auth: AuthService;
  readonly #catalog: CatalogService;
  readonly #defaultOwner: string;
  readonly #logger: LoggerService;
  readonly #now: () => number;
  readonly #schedule: SchedulerServiceTaskRunner;
  /** What was last logged about each under cluster, so that it is said once. */
  readonly #said = new Map<string, string>();
  /** Since when an under cluster with entities is not listed. */
  readonly #unlistedSince = new Map<string, number>();
  #connection?: EntityProviderConnection;

  constructor(options: {
    api: TenantStorageApi;
    auth: AuthService;
    catalog: CatalogService;
    defaultOwner: string;
    logger: LoggerService;
    schedule: SchedulerServiceTaskRunner;
    now?: () => number;
  }) {
    this.#api = options.api;
    this.#auth = options.auth;
    this.#catalog = options.catalog;
    this.#defaultOwner = options.defaultOwner;
    this.#logger = options.logger;
    this.#schedule = options.schedule;
    this.#now = options.now ?? Date.now;
  }

  getProviderName(): string {
    return 'kmetal-tenant-storage';
  }

  async connect(connection: EntityProviderConnection): Promise<void> {
    this.#connection = connection;
    await this.#schedule.run({
      id: `${this.getProviderName()}:refresh`,
      fn: async signal => {
        try {
          await this.refresh(signal);
          this.#say('', undefined);
        } catch (error) {
          this.#say(
            '',
            `Tenants can't be read, so their catalog entities stay as they are: ${stringifyError(
              error,
            )}`,
          );
        }
      },
    });
  }

  /** One round. If it throws, nothing was changed. */
  async refresh(signal: AbortSignal): Promise<void> {
    if (!this.#connection) {
      throw new Error('The catalog has not connected the provider yet');
    }
    const before = await this.#api.underClusters(signal);
    const found = new Map<string, DeferredEntity[] | undefined>();
    for (const { name, title } of before.items.filter(ownersAreKnown)) {
      const tenants = await this.#api.tenantsOf(name, signal);
      found.set(
        name,
        tenants?.map(tenant => ({
          entity: tenantEntity(tenant, {
            underClusterTitle: title,
            defaultOwner: this.#defaultOwner,
          }),
          locationKey: this.getProviderName(),
        })),
      );
    }
    const existing = await this.#existing();
    // Asked again at the end: an under cluster that was lost while its tenants were read is not a complete one.
    const after = await this.#api.underClusters(signal);

    const added = [...found.values()].flatMap(entities => entities ?? []);
    const there = new Set(
      added.map(({ entity }) => stringifyEntityRef(entity)),
    );
    const complete = new Set(
      [...found.keys()].filter(
        name =>
          found.get(name) !== undefined &&
          [before, after].every(({ items }) =>
            items.some(each => each.name === name && tenantsAreComplete(each)),
          ),
      ),
    );
    this.#noticeUnlisted(before, after, existing);
    const removed = existing
      .filter(
        ({ ref, underCluster }) =>
          !there.has(ref) &&
          (complete.has(underCluster) || this.#isGone(underCluster)),
      )
      .map(({ ref }) => ({
        entityRef: ref,
        locationKey: this.getProviderName(),
      }));

    await this.#connection.applyMutation({ type: 'delta', added, removed });
    if (removed.length > 0) {
      this.#logger.info(
        `Removed the catalog entities of ${removed.length} tenants that are gone`,
      );
    }
    for (const { name } of before.items) {
      this.#say(
        name,
        complete.has(name)
          ? undefined
          : `The tenants of under cluster ${name} are not all known now, so none of their catalog entities is removed`,
      );
    }
  }

  async #existing(): Promise<Array<{ ref: string; underCluster: string }>> {
    const existing: Array<{ ref: string; underCluster: string }> = [];
    const credentials = await this.#auth.getOwnServiceCredentials();
    for await (const entities of this.#catalog.streamEntities(
      {
        filter: { kind: 'Resource', 'spec.type': TENANT_ENTITY_TYPE },
        fields: [
          'kind',
          'metadata.namespace',
          'metadata.name',
          'metadata.annotations',
          'spec.type',
        ],
      },
      { credentials },
    )) {
      for (const entity of entities) {
        const underCluster = underClusterOf(entity);
        if (underCluster !== undefined) {
          existing.push({ ref: stringifyEntityRef(entity), underCluster });
        }
      }
    }
    return existing;
  }

  #noticeUnlisted(
    before: UnderClusterList,
    after: UnderClusterList,
    existing: Array<{ underCluster: string }>,
  ) {
    // What is missing may be named yet, however long that takes.
    if (before.incomplete !== null || after.incomplete !== null) {
      this.#unlistedSince.clear();
      return;
    }
    const listed = new Set(
      [...before.items, ...after.items].map(({ name }) => name),
    );
    const unlisted = new Set(
      existing
        .map(({ underCluster }) => underCluster)
        .filter(name => !listed.has(name)),
    );
    for (const name of this.#unlistedSince.keys()) {
      if (!unlisted.has(name)) this.#unlistedSince.delete(name);
    }
    for (const name of unlisted) {
      if (!this.#unlistedSince.has(name)) {
        this.#unlistedSince.set(name, this.#now());
      }
    }
  }

  #isGone(underCluster: string): boolean {
    const since = this.#unlistedSince.get(underCluster);
    return since !== undefined && this.#now() - since >= UNLISTED_MS;
  }

  #say(about: string, message: string | undefined) {
    if (this.#said.get(about) === message) return;
    if (message === undefined) {
      this.#said.delete(about);
      return;
    }
    this.#said.set(about, message);
    this.#logger.warn(message);
  }
}

function stateOf(cluster: UnderCluster, kind: string): string | undefined {
  return cluster.freshness.kinds.find(each => each.kind === kind)?.state;
}

/** Owners are written on namespaces. Without them every tenant would seem to have lost its owner. */
function ownersAreKnown(cluster: UnderCluster): boolean {
  return ['synced', 'stale'].includes(stateOf(cluster, 'Namespace') ?? '');
}

/** Whether a tenant that is not listed does not exist: a tenant is a namespace with a quota or with a TenantControlPlane. */
function tenantsAreComplete(cluster: UnderCluster): boolean {
  return (
    stateOf(cluster, 'Namespace') === 'synced' &&
    stateOf(cluster, 'ResourceQuota') === 'synced' &&
    ['synced', 'notInstalled'].includes(
      stateOf(cluster, 'TenantControlPlane') ?? '',
    )
  );
}
