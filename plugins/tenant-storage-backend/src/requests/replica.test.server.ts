import { ConfigReader } from '@backstage/config';
import { mockServices } from '@backstage/backend-test-utils';
import { ScmIntegrations } from '@backstage/integration';
import type { NotificationService } from '@backstage/plugin-notifications-node';
import type { Knex } from 'knex';
import { underClusterFactsOf } from '../changes';
import { createGitHosts } from '../gitHost';
import { type GitHubServer, sha } from '../gitHost/gitHubServer.test.server';
import type { KindName, KindState } from '../inventory/records';
import type { Inventory, InventoryChange } from '../inventory/types';
import type { ManualClock } from '../kubernetes/manualClock.test.clock';
import { inventoryOf, quota, type Content } from '../views/inventoryOf.testing';
import { createStorageRequests } from './storageRequests';

/** An under cluster whose content changes. */
export class ChangingCluster {
  content: Content = { ResourceQuota: [quota('50Gi', '41Gi')] };
  notInstalled = true;
  /** Whether the portal still has it in its configuration. */
  configured = true;
  /** What has not been confirmed since the connection to it was cut. */
  stale: KindName[] = [];
  readonly #listeners = new Set<(change: InventoryChange) => void>();

  readonly inventory = {
    clusters: () => [this.cluster()],
    cluster: (name: string) =>
      this.configured && name === 'muc-1' ? this.cluster() : undefined,
    onChange: (listener: (change: InventoryChange) => void) => {
      this.#listeners.add(listener);
      return () => this.#listeners.delete(listener);
    },
  };

  cluster() {
    const states: Partial<Record<KindName, KindState>> = {};
    if (this.notInstalled) {
      states.Kustomization = { state: 'notInstalled', since: 0, message: '' };
    }
    for (const kind of this.stale) {
      states[kind] = { state: 'stale', since: 0, message: 'cut' };
    }
    return inventoryOf(this.content, { states });
  }

  setQuota(hard: string, labels?: Record<string, string>) {
    this.content = {
      ...this.content,
      ResourceQuota: [{ ...quota(hard, '41Gi'), labels }],
    };
  }

  setFlux(
    ...all: Array<Partial<NonNullable<Content['Kustomization']>[number]>>
  ): void {
    this.notInstalled = false;
    this.content = {
      ...this.content,
      Kustomization: (all.length > 0 ? all : [{}]).map(parts => ({
        name: 'tenants',
        namespace: 'flux-system',
        suspended: false,
        ready: { status: 'True' },
        lastAppliedRevision: `main@sha1:${sha('a')}`,
        source: 'GitRepository/flux-system',
        ...parts,
      })),
    };
  }

  tell(kind: InventoryChange['kind'], namespace?: string) {
    for (const listener of [...this.#listeners]) {
      listener({ underCluster: 'muc-1', kind, namespace });
    }
  }
}

/** A replica of the backend that follows requests at GitHub, with its poll; `stops` is told how to end it. */
export async function startReplica(options: {
  knex: Knex;
  clock: ManualClock;
  gitHub: GitHubServer;
  inventory: Inventory;
  notifications: NotificationService;
  quotaFactsOf?: Parameters<typeof createStorageRequests>[0]['quotaFactsOf'];
  stops: Array<() => Promise<void>>;
  timeoutMs?: number;
}) {
  const { knex, clock, gitHub, inventory, stops, timeoutMs } = options;
  const scheduler = mockServices.scheduler.mock();
  const logger = mockServices.logger.mock();
  const integrations = ScmIntegrations.fromConfig(
    new ConfigReader({
      integrations: {
        github: [
          {
            host: gitHub.server.host,
            apiBaseUrl: `${gitHub.url}/api/v3`,
            token: 'secret',
          },
        ],
      },
    }),
  );
  const running = await createStorageRequests({
    database: mockServices.database({ knex }),
    logger,
    scheduler,
    notifications: options.notifications,
    integrations,
    inventory,
    quotaFactsOf: options.quotaFactsOf ?? (() => undefined),
    liveFactsOf: (underCluster, about) => {
      const cluster = inventory.cluster(underCluster);
      return (
        cluster && underClusterFactsOf(cluster, { ...about, now: clock.now() })
      );
    },
    settings: {
      schedule: { frequency: { seconds: 30 }, timeout: { minutes: 2 } },
      stuckAfter: { minutes: 10 },
    },
    portalUrl: 'https://portal.example.com/',
    clock,
    gitHosts: createGitHosts({
      integrations,
      timeoutMs,
      now: () => clock.now(),
    }),
  });
  await running.start();
  stops.push(running.stop);
  const tasks = scheduler.scheduleTask.mock.calls.map(([task]) => task);
  const poll = async (after = 30_000) => {
    clock.advance(after);
    await tasks[0].fn(new AbortController().signal);
  };
  return { ...running, logger, tasks, poll };
}
