import { randomUUID } from 'node:crypto';
import {
  type DatabaseService,
  resolvePackagePath,
} from '@backstage/backend-plugin-api';
import { ConflictError } from '@backstage/errors';
import type {
  StorageRequestList,
  StorageRequestState,
  UnderClusterFacts,
} from '@kmetal/backstage-plugin-tenant-storage-common';
import type { ChangeGate } from '@kmetal/backstage-plugin-tenant-storage-node';
import type { Knex } from 'knex';
import type { Step } from './requestState';
import type {
  RequestedObject,
  RequestQuery,
  RequestSubject,
  RequestToRecord,
} from './types';
import { insteadOf, titleOf, wishOf } from './wish';

const REQUESTS = 'tenant_storage_requests';
const STEPS = 'tenant_storage_request_steps';
const HOSTS = 'tenant_storage_git_hosts';

const MIGRATIONS = resolvePackagePath(
  '@kmetal/backstage-plugin-tenant-storage-backend',
  'migrations',
);

/** States that a requester is told of. */
const TOLD: ReadonlySet<StorageRequestState> = new Set([
  'approved',
  'changesRequested',
  'withdrawn',
  'live',
  'stuck',
]);

const ENDS: ReadonlySet<StorageRequestState> = new Set(['live', 'withdrawn']);

interface RequestRow {
  id: string;
  under_cluster: string;
  tenant: string | null;
  change: RequestToRecord['change'];
  object: string;
  title: string;
  wish: string;
  size: string | null;
  input: string | null;
  files: string | null;
  before_bytes: string | null;
  allow_below_use: boolean | number;
  reason: string;
  requester: string;
  repository_url: string;
  repository_host: string;
  repository: string;
  branch: string;
  created_at: string | number;
  asked_at: string | number;
  updated_at: string | number;
  state: StorageRequestState;
  is_open: boolean | number;
  proposal_number: number | null;
  proposal_url: string | null;
  revision: string | null;
  merged_at: string | number | null;
  applied_at: string | number | null;
  live_before_known: boolean | number;
  live_before: string | null;
  arrived_before: boolean | number | null;
  gates: string | null;
  published_status: string | null;
  version: number;
  lease_holder: string | null;
  leased_until: string | number | null;
}

interface StepRow {
  request_id: string;
  position: number;
  state: StorageRequestState;
  at: string | number;
  by: string | null;
  message: string | null;
  platform_message: string | null;
  notification: 'none' | 'due' | 'sent' | 'skipped';
}

interface HostRow {
  host: string;
  message: string;
  since: string | number;
  failures: number;
  retry_at: string | number;
}

/** A step of a request's history. */
export interface StoredStep {
  state: StorageRequestState;
  at: number;
  by: string | null;
  message: string | null;
  platformMessage: string | null;
  /** Whether the requester still has to be told of it. */
  notificationDue: boolean;
}

/** What is kept of a request besides what it asks for. Times are milliseconds since the epoch. */
interface FollowedSoFar {
  id: string;
  /** What is asked for, in a line. */
  title: string;
  /** What tells it from another wish about the object. */
  wish: string;
  createdAt: number;
  askedAt: number;
  state: StorageRequestState;
  open: boolean;
  proposal: { number: number; url: string } | null;
  revision: string | null;
  mergedAt: number | null;
  appliedAt: number | null;
  liveBeforeKnown: boolean;
  liveBefore: bigint | null;
  /** Whether the under cluster had it before the merge, as last seen; null = not known, or a quota. */
  arrivedBefore: boolean | null;
  gates: ChangeGate[] | null;
  /** The commit and the verdict that were published last. */
  publishedStatus: string | null;
  /** Goes up with every change. */
  version: number;
  /** Never empty; the last one is the present state. */
  steps: StoredStep[];
}

/** A request as it is kept. */
export type StoredRequest = RequestToRecord & FollowedSoFar;

/** What may change of a request while it is followed. */
export type RequestChanges = Partial<
  Pick<
    FollowedSoFar,
    | 'askedAt'
    | 'proposal'
    | 'revision'
    | 'mergedAt'
    | 'appliedAt'
    | 'liveBeforeKnown'
    | 'liveBefore'
    | 'arrivedBefore'
    | 'gates'
    | 'publishedStatus'
  >
>;

/** A Git host that does not answer. */
export interface HostTrouble {
  host: string;
  message: string;
  since: number;
  failures: number;
  retryAt: number;
}

function bytes(text: string | null): bigint | null {
  return text === null ? null : BigInt(text);
}

function decimal(bytesOrNull: bigint | null): string | null {
  return bytesOrNull === null ? null : `${bytesOrNull}`;
}

function time(value: string | number | null): number | null {
  return value === null ? null : Number(value);
}

function truth(value: boolean | number | null): boolean | null {
  return value === null ? null : Boolean(value);
}

/** What a row asks for. */
function askedFor(row: RequestRow): RequestToRecord {
  const asked = {
    underCluster: row.under_cluster,
    object: row.object,
    reason: row.reason,
    requester: row.requester,
    repository: {
      url: row.repository_url,
      host: row.repository_host,
      repository: row.repository,
    },
    branch: row.branch,
  };
  const { change } = row;
  return change === 'quota'
    ? {
        ...asked,
        change,
        tenant: row.object,
        size: row.size ?? row.wish,
        sizeBytes: BigInt(row.wish),
        before: bytes(row.before_bytes),
        allowBelowUse: Boolean(row.allow_below_use),
      }
    : {
        ...asked,
        change,
        tenant: null,
        title: row.title,
        input: JSON.parse(row.input ?? '{}'),
        fingerprint: row.wish,
        files: JSON.parse(row.files ?? '[]'),
      };
}

function requestOf(row: RequestRow, steps: StepRow[]): StoredRequest {
  return {
    ...askedFor(row),
    id: row.id,
    title: row.title,
    wish: row.wish,
    createdAt: Number(row.created_at),
    askedAt: Number(row.asked_at),
    state: row.state,
    open: Boolean(row.is_open),
    proposal:
      row.proposal_number === null
        ? null
        : { number: row.proposal_number, url: row.proposal_url ?? '' },
    revision: row.revision,
    mergedAt: time(row.merged_at),
    appliedAt: time(row.applied_at),
    liveBeforeKnown: Boolean(row.live_before_known),
    liveBefore: bytes(row.live_before),
    arrivedBefore: truth(row.arrived_before),
    gates: row.gates === null ? null : JSON.parse(row.gates),
    publishedStatus: row.published_status,
    version: row.version,
    steps: steps.map(step => ({
      state: step.state,
      at: Number(step.at),
      by: step.by,
      message: step.message,
      platformMessage: step.platform_message,
      notificationDue: step.notification === 'due',
    })),
  };
}

function subjectOf(
  row: Pick<RequestRow, 'under_cluster' | 'tenant'>,
): RequestSubject {
  return { underCluster: row.under_cluster, tenant: row.tenant };
}

/** Neither name has a slash in it. */
export function subjectKey({ underCluster, tenant }: RequestSubject): string {
  return `${underCluster}/${tenant ?? ''}`;
}

/** What a wish puts into a row. */
function wishColumns(wish: RequestToRecord) {
  const quota = wish.change === 'quota' ? wish : undefined;
  return {
    title: titleOf(wish),
    wish: wishOf(wish),
    size: quota?.size ?? null,
    input: wish.change === 'quota' ? null : JSON.stringify(wish.input),
    files: wish.change === 'quota' ? null : JSON.stringify(wish.files),
    before_bytes: decimal(quota?.before ?? null),
    allow_below_use: quota?.allowBelowUse ?? false,
    reason: wish.reason,
    requester: wish.requester,
    repository_url: wish.repository.url,
    repository_host: wish.repository.host,
    repository: wish.repository.repository,
    branch: wish.branch,
  };
}

function columnsOf(changes: RequestChanges): Partial<RequestRow> {
  const row: Partial<RequestRow> = {};
  if (changes.askedAt !== undefined) row.asked_at = changes.askedAt;
  if (changes.proposal !== undefined) {
    row.proposal_number = changes.proposal?.number ?? null;
    row.proposal_url = changes.proposal?.url ?? null;
  }
  if (changes.revision !== undefined) row.revision = changes.revision;
  if (changes.mergedAt !== undefined) row.merged_at = changes.mergedAt;
  if (changes.appliedAt !== undefined) row.applied_at = changes.appliedAt;
  if (changes.liveBeforeKnown !== undefined) {
    row.live_before_known = changes.liveBeforeKnown;
  }
  if (changes.liveBefore !== undefined) {
    row.live_before = decimal(changes.liveBefore);
  }
  if (changes.arrivedBefore !== undefined) {
    row.arrived_before = changes.arrivedBefore;
  }
  if (changes.gates !== undefined) {
    row.gates = changes.gates === null ? null : JSON.stringify(changes.gates);
  }
  if (changes.publishedStatus !== undefined) {
    row.published_status = changes.publishedStatus;
  }
  return row;
}

/** Any number that nothing else in the database locks: "kmetal" in ASCII. */
const MIGRATION_LOCK = 0x6b6d6574616c;

/**
 * Knex's own lock does not stand two replicas that start on an empty database: both enter a row into its table of locks, and from then on nobody
 * gets it (the update has to hit exactly one row). A lock of PostgreSQL does; with SQLite one connection does all.
 */
async function migrate(knex: Knex): Promise<void> {
  await knex.transaction(async transaction => {
    if (knex.client.config.client === 'pg') {
      await transaction.raw('select pg_advisory_xact_lock(?)', [
        MIGRATION_LOCK,
      ]);
    }
    await transaction.migrate.latest({ directory: MIGRATIONS });
  });
}

/** Requests and their history, in the database service. */
export class RequestsStore {
  readonly #knex: Knex;
  readonly #newId: () => string;

  /** Migrates the database unless the portal's operator said not to. */
  static async create(options: {
    database: DatabaseService;
    newId?: () => string;
  }): Promise<RequestsStore> {
    const knex = await options.database.getClient();
    if (!options.database.migrations?.skip) await migrate(knex);
    return new RequestsStore(knex, options.newId ?? randomUUID);
  }

  private constructor(knex: Knex, newId: () => string) {
    this.#knex = knex;
    this.#newId = newId;
  }

  /**
   * The request that is open and not merged for the same object, with this wish; else a new one.
   *
   * @param at - milliseconds since the epoch
   */
  async record(wish: RequestToRecord, at: number): Promise<StoredRequest> {
    // Each try either finds the open one, or makes it; only a race makes another one necessary.
    for (let tries = 0; tries < 10; tries += 1) {
      const id =
        (await this.#renew(wish, at)) ?? (await this.#insert(wish, at));
      if (id) {
        const request = await this.get(id);
        if (request) return request;
      }
    }
    throw new ConflictError(
      `The request “${titleOf(
        wish,
      )}” is changed by others at this moment; try again`,
    );
  }

  async #insert(
    wish: RequestToRecord,
    at: number,
  ): Promise<string | undefined> {
    const id = this.#newId();
    const before = wish.change === 'quota' ? wish.before : null;
    return this.#knex.transaction(async transaction => {
      await transaction<RequestRow>(REQUESTS)
        .insert({
          id,
          under_cluster: wish.underCluster,
          tenant: wish.tenant,
          change: wish.change,
          object: wish.object,
          ...wishColumns(wish),
          created_at: at,
          asked_at: at,
          updated_at: at,
          state: 'preparing',
          is_open: true,
          live_before_known: before !== null,
          live_before: decimal(before),
          version: 1,
        })
        .onConflict(
          transaction.raw(
            '(under_cluster, change, object) where is_open and merged_at is null',
          ) as unknown as string,
        )
        .ignore();
      const inserted = await transaction<RequestRow>(REQUESTS)
        .where({ id })
        .first('id');
      if (!inserted) return undefined;
      await transaction<StepRow>(STEPS).insert({
        request_id: id,
        position: 0,
        state: 'preparing',
        at,
        notification: 'none',
      });
      return id;
    });
  }

  async #renew(wish: RequestToRecord, at: number): Promise<string | undefined> {
    const known = await this.openRequest(wish);
    if (!known) return undefined;
    const isSameWish = known.wish === wishOf(wish);
    const isOther =
      !isSameWish ||
      (known.change === 'quota' &&
        wish.change === 'quota' &&
        known.allowBelowUse !== wish.allowBelowUse);
    const isElsewhere =
      known.repository.host !== wish.repository.host ||
      known.repository.repository !== wish.repository.repository ||
      known.branch !== wish.branch;
    const proposal = isElsewhere ? null : known.proposal;
    // What was said of another wish, and that it is stuck, was said before this wish.
    const isAnew = isOther || isElsewhere || known.state === 'stuck';
    // Another wish is proposed by a commit that is not there yet.
    const isThere = proposal && isSameWish && known.state !== 'stuck';
    const state = isThere ? 'opened' : 'preparing';
    const steps: Step[] = isAnew
      ? [
          {
            state,
            at,
            by: null,
            message: isOther ? insteadOf(wish, known) : 'Asked for again',
          },
        ]
      : [];
    const askedAt = isAnew || known.state === 'preparing' ? at : known.askedAt;
    const done = await this.#update(known, at, steps, {
      ...wishColumns(wish),
      ...columnsOf({ proposal, ...(!isSameWish && { arrivedBefore: null }) }),
      asked_at: askedAt,
    });
    return done ? known.id : undefined;
  }

  async get(id: string): Promise<StoredRequest | undefined> {
    const [request] = await this.#read(query => query.where({ id }));
    return request;
  }

  /** The one that is open and not merged yet. */
  async openRequest({
    underCluster,
    change,
    object,
  }: RequestedObject): Promise<StoredRequest | undefined> {
    const [request] = await this.#read(query =>
      query
        .where({ under_cluster: underCluster, change, object, is_open: true })
        .whereNull('merged_at'),
    );
    return request;
  }

  /** Of an under cluster, those that are not at their end. */
  async openChanges(
    underCluster: string,
  ): Promise<UnderClusterFacts['openChanges']> {
    const open = await this.#read(query =>
      query.where({ under_cluster: underCluster, is_open: true }),
    );
    return open.map(request => ({
      change: request.change,
      object: request.object,
      state: request.state,
      merged: request.mergedAt !== null,
      input:
        request.change === 'quota'
          ? { tenant: request.tenant, size: request.size }
          : request.input,
    }));
  }

  async subjects(): Promise<RequestSubject[]> {
    const rows = await this.#knex<RequestRow>(REQUESTS).distinct(
      'under_cluster',
      'tenant',
    );
    return rows.map(subjectOf);
  }

  /** The latest first. */
  async list(
    query: Omit<RequestQuery, 'subjects'> & {
      subjects: readonly RequestSubject[];
    },
  ): Promise<{ items: StoredRequest[]; total: number }> {
    if (query.subjects.length === 0) return { items: [], total: 0 };
    const wanted = new Set(query.subjects.map(subjectKey));
    // Filtered here: a fleet's tenants are more than a statement's parameters may be, and requests are few.
    let rows = this.#knex<RequestRow>(REQUESTS).select(
      'id',
      'under_cluster',
      'tenant',
    );
    if (query.states) rows = rows.whereIn('state', [...query.states]);
    if (query.changes) rows = rows.whereIn('change', [...query.changes]);
    if (query.open !== undefined) rows = rows.where('is_open', query.open);
    const found = (
      await rows.orderBy([
        { column: 'created_at', order: 'desc' },
        { column: 'id', order: 'asc' },
      ])
    ).filter(row => wanted.has(subjectKey(subjectOf(row))));
    const page = found
      .slice(query.offset, query.offset + query.limit)
      .map(({ id }) => id);
    const items = await this.#read(it => it.whereIn('id', page));
    items.sort((a, b) => page.indexOf(a.id) - page.indexOf(b.id));
    return { items, total: found.length };
  }

  /** Those that may still go on: open ones, and those that were withdrawn lately and may be opened again. */
  async followed(withdrawnSince: number): Promise<StoredRequest[]> {
    return this.#read(query =>
      query
        .where('is_open', true)
        .orWhere(withdrawn =>
          withdrawn
            .where('state', 'withdrawn')
            .andWhere('updated_at', '>=', withdrawnSince),
        ),
    );
  }

  /** Whose requests changed since then, with the version that tells one change from another. */
  async changedSince(at: number): Promise<
    Array<{
      id: string;
      underCluster: string;
      tenant: string | null;
      version: number;
    }>
  > {
    const rows = await this.#knex<RequestRow>(REQUESTS)
      .where('updated_at', '>=', at)
      .select('id', 'under_cluster', 'tenant', 'version');
    return rows.map(row => ({
      id: row.id,
      underCluster: row.under_cluster,
      tenant: row.tenant,
      version: row.version,
    }));
  }

  /** Numbers of the proposals that other requests about the object had. */
  async otherProposals(request: StoredRequest): Promise<number[]> {
    const rows = await this.#knex<RequestRow>(REQUESTS)
      .where({
        under_cluster: request.underCluster,
        change: request.change,
        object: request.object,
        repository_host: request.repository.host,
        repository: request.repository.repository,
      })
      .whereNot('id', request.id)
      .whereNotNull('proposal_number')
      .select('proposal_number');
    return rows.flatMap(row => row.proposal_number ?? []);
  }

  /**
   * Takes a request to look at: until it is let go, or the time is over, nobody else does. So two pollers never publish or notify twice.
   *
   * @returns the request as it is now; undefined if somebody else has it.
   */
  async lease(
    id: string,
    holder: string,
    at: number,
    milliseconds: number,
  ): Promise<StoredRequest | undefined> {
    const taken = await this.#knex<RequestRow>(REQUESTS)
      .where({ id })
      .andWhere(free =>
        free.whereNull('leased_until').orWhere('leased_until', '<', at),
      )
      .update({ lease_holder: holder, leased_until: at + milliseconds });
    return taken === 1 ? this.get(id) : undefined;
  }

  async release(id: string, holder: string): Promise<void> {
    await this.#knex<RequestRow>(REQUESTS)
      .where({ id, lease_holder: holder })
      .update({ lease_holder: null, leased_until: null });
  }

  /**
   * Writes how far a request is.
   *
   * @param steps - from `nextState`: one that is the present state changes its words only, unless a reviewer said something new.
   * @returns the request as it is then; undefined if somebody changed it meanwhile, or if another one is open that it would stand in the way of.
   */
  async advance(
    known: StoredRequest,
    at: number,
    steps: readonly Step[],
    changes: RequestChanges = {},
  ): Promise<StoredRequest | undefined> {
    const done = await this.#update(known, at, steps, columnsOf(changes));
    return done ? this.get(known.id) : undefined;
  }

  async #update(
    known: StoredRequest,
    at: number,
    steps: readonly Step[],
    columns: Partial<RequestRow>,
  ): Promise<boolean> {
    const present = known.steps[known.steps.length - 1];
    const added: Step[] = [];
    let words: Step | undefined;
    let state = present.state;
    for (const step of steps) {
      const isNew =
        step.state !== state ||
        (step.state === 'changesRequested' &&
          step.at > present.at &&
          added.length === 0);
      if (isNew) added.push(step);
      else if (added.length === 0) words = step;
      state = step.state;
    }
    return this.#knex.transaction(async transaction => {
      const isOpen = !ENDS.has(state);
      if (isOpen && !known.open) {
        const other = await transaction<RequestRow>(REQUESTS)
          .where({
            under_cluster: known.underCluster,
            change: known.change,
            object: known.object,
            is_open: true,
          })
          .whereNot('id', known.id)
          .first('id');
        if (other) return false;
      }
      const updated = await transaction<RequestRow>(REQUESTS)
        .where({ id: known.id, version: known.version })
        .update({
          ...columns,
          state,
          is_open: isOpen,
          updated_at: at,
          version: known.version + 1,
        });
      if (updated !== 1) return false;
      if (words) {
        await transaction<StepRow>(STEPS)
          .where({ request_id: known.id, position: known.steps.length - 1 })
          .update({
            message: words.message,
            platform_message: words.platformMessage ?? null,
          });
      }
      if (added.length > 0) {
        // Only of where it is now: what it passed on the way is in the history.
        await transaction<StepRow>(STEPS)
          .where({ request_id: known.id, notification: 'due' })
          .update({ notification: 'skipped' });
        await transaction<StepRow>(STEPS).insert(
          added.map((step, index) => ({
            request_id: known.id,
            position: known.steps.length + index,
            state: step.state,
            at: step.at,
            by: step.by,
            message: step.message,
            platform_message: step.platformMessage ?? null,
            notification:
              index === added.length - 1 && TOLD.has(step.state)
                ? ('due' as const)
                : ('none' as const),
          })),
        );
      }
      return true;
    });
  }

  /** Notes that the requester was told of the present state, or that nobody is to be told any more. */
  async notified(
    request: StoredRequest,
    outcome: 'sent' | 'skipped',
  ): Promise<void> {
    await this.#knex<StepRow>(STEPS)
      .where({
        request_id: request.id,
        position: request.steps.length - 1,
        notification: 'due',
      })
      .update({ notification: outcome });
  }

  /** Ended requests whose requester still has to be told, since the portal stopped or the notifications were out of order. */
  async untold(): Promise<StoredRequest[]> {
    const rows = await this.#knex<StepRow>(STEPS)
      .where({ notification: 'due' })
      .distinct('request_id');
    return this.#read(query =>
      query
        .whereIn(
          'id',
          rows.map(row => row.request_id),
        )
        .andWhere('is_open', false),
    );
  }

  async hostTroubles(): Promise<HostTrouble[]> {
    const rows = await this.#knex<HostRow>(HOSTS).orderBy('host');
    return rows.map(row => ({
      host: row.host,
      message: row.message,
      since: Number(row.since),
      failures: row.failures,
      retryAt: Number(row.retry_at),
    }));
  }

  /** Troubles of hosts that requests are followed at. */
  async problems(): Promise<StorageRequestList['errors']> {
    const [troubles, open] = await Promise.all([
      this.hostTroubles(),
      this.#knex<RequestRow>(REQUESTS)
        .where('is_open', true)
        .distinct('repository_host'),
    ]);
    const hosts = new Set(open.map(row => row.repository_host));
    return troubles
      .filter(({ host }) => hosts.has(host))
      .map(({ host, message, since }) => ({
        host,
        message,
        since: new Date(since).toISOString(),
      }));
  }

  async setHostTrouble(trouble: HostTrouble): Promise<void> {
    const { host, message, since, failures, retryAt } = trouble;
    await this.#knex<HostRow>(HOSTS)
      .insert({ host, message, since, failures, retry_at: retryAt })
      .onConflict('host')
      .merge(['message', 'failures', 'retry_at']);
  }

  async clearHostTrouble(host: string): Promise<void> {
    await this.#knex<HostRow>(HOSTS).where({ host }).delete();
  }

  async #read(
    narrow: (
      query: Knex.QueryBuilder<RequestRow>,
    ) => Knex.QueryBuilder<RequestRow>,
  ): Promise<StoredRequest[]> {
    const rows: RequestRow[] = await narrow(
      this.#knex<RequestRow>(REQUESTS).select('*'),
    ).orderBy(['created_at', 'id']);
    const steps = await this.#knex<StepRow>(STEPS)
      .whereIn(
        'request_id',
        rows.map(({ id }) => id),
      )
      .orderBy(['request_id', 'position']);
    const byRequest = new Map<string, StepRow[]>();
    for (const step of steps) {
      const known = byRequest.get(step.request_id);
      if (known) known.push(step);
      else byRequest.set(step.request_id, [step]);
    }
    return rows.map(row => requestOf(row, byRequest.get(row.id) ?? []));
  }
}
