import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import tls from 'node:tls';
import { mockServices } from '@backstage/backend-test-utils';
import type {
  UnderClusterConnection,
  UnderClusterDefinition,
} from '@kmetal/backstage-plugin-tenant-storage-node';
import { ManualClock, until } from '../kubernetes/manualClock.test.clock';
import {
  refuse,
  respond,
  ScriptedApiServer,
  send,
  type Script,
} from '../kubernetes/scriptedApiServer.test.server';
import { kindNames } from '../kubernetes/kinds';
import { createInventory, type RunningInventory } from './inventory';
import type { InventoryChange } from './types';

/** Requests until every kind is watched: whether it may be listed, and watched; its list, and its watch. */
const ALL_WATCHED = kindNames.length * 4;

const TOKEN = 'secret-token-of-the-test';
const KEY = 'tenant-storage-class.storageclass.storage.k8s.io/requests.storage';

function quota(name: string, hard = '10Gi', uid?: string) {
  return {
    metadata: { name, namespace: 'alpha', ...(uid ? { uid } : {}) },
    spec: { hard: { [KEY]: hard } },
  };
}

/** Lets time pass slowly enough for PINGs to be answered on the way. */
async function pass(clock: ManualClock, milliseconds: number): Promise<void> {
  const end = clock.now() + milliseconds;
  await until(
    () => clock.now() >= end,
    () => clock.advance(Math.min(5000, end - clock.now())),
  );
}

describe('A fault of an under cluster', () => {
  const started: Array<{ stop(): Promise<void> }> = [];
  let server: ScriptedApiServer;
  let logged: string[];

  beforeEach(async () => {
    logged = [];
    server = await ScriptedApiServer.start();
    started.push(server);
  });

  afterEach(async () => {
    for (const it of started.splice(0).reverse()) await it.stop();
  });

  function inventoryOf(
    definitions: UnderClusterDefinition[] | (() => UnderClusterDefinition[]),
    options: {
      clock?: ManualClock;
      random?: () => number;
      onChange?: (listener: () => void) => () => void;
    } = {},
  ): RunningInventory {
    const logger = mockServices.logger.mock({
      child: () => logger,
      warn: (message: string) => logged.push(message),
      info: (message: string) => logged.push(message),
      debug: (message: string) => logged.push(message),
      error: (message: string) => logged.push(message),
    });
    const running = createInventory({
      suppliers: [
        {
          id: 'configuration',
          list: async () =>
            typeof definitions === 'function' ? definitions() : definitions,
          onChange: options.onChange,
        },
      ],
      logger,
      clock: options.clock,
      random: options.random ?? (() => 0),
    });
    started.push(running);
    return running;
  }

  function definition(
    connection: Partial<
      Extract<UnderClusterConnection, { type: 'address' }>
    > = {},
    name = 'under-1',
    of = server,
  ): UnderClusterDefinition {
    return {
      name,
      connection: {
        type: 'address',
        url: of.url,
        caData: of.ca,
        token: TOKEN,
        ...connection,
      },
    };
  }

  /** An inventory of the scripted server, synced, with its quotas watched. */
  async function watching(
    options: Parameters<typeof inventoryOf>[1] = {},
    ...definitions: UnderClusterDefinition[]
  ) {
    const running = inventoryOf(
      definitions.length ? definitions : [definition()],
      options,
    );
    await running.start();
    await until(() => server.watching('resourcequotas') > 0);
    const cluster = running.inventory.cluster('under-1')!;
    await until(() => cluster.state('ResourceQuota').state === 'synced');
    const names = () =>
      [...cluster.list('ResourceQuota')].map(it => it.name).sort();
    return { running, cluster, names };
  }

  const lists = () => server.seen('resourcequotas', 'list');
  const watches = () => server.seen('resourcequotas', 'watch');

  /** Answers the next watch of quotas with this, once. */
  function once(plural: string, sort: 'isList' | 'isWatch', answer: Script) {
    server.script = (request, response) => {
      if (request.plural !== plural || !request[sort]) return false;
      server.script = () => false;
      return answer(request, response);
    };
  }

  it('1: answers 410 to the watch, and the list is read again, with what was deleted meanwhile', async () => {
    server.put('resourcequotas', quota('kept'));
    server.put('resourcequotas', quota('gone'));
    const { names } = await watching();
    expect(names()).toEqual(['gone', 'kept']);

    once('resourcequotas', 'isWatch', (_, response) => {
      server.delete('resourcequotas', 'alpha/gone', true);
      server.put('resourcequotas', quota('new'), true);
      return refuse(response, 410, 'Expired');
    });
    server.endWatches('resourcequotas');
    await until(() => names().join() === 'kept,new');
    expect(lists()).toHaveLength(2);
  });

  it('2: sends an ERROR event 410 inside the watch, and the same happens', async () => {
    server.put('resourcequotas', quota('kept'));
    server.put('resourcequotas', quota('gone'));
    const { names } = await watching();

    server.delete('resourcequotas', 'alpha/gone', true);
    server.tell('resourcequotas', {
      type: 'ERROR',
      object: { kind: 'Status', code: 410, reason: 'Expired', message: 'old' },
    });
    await until(() => names().join() === 'kept');
    expect(lists()).toHaveLength(2);
  });

  it.each(['an answer', 'an ERROR event'])(
    'shows in %s what it was sent: the token is told to nobody',
    async where => {
      const { cluster } = await watching();
      const message = `denied: Bearer ${TOKEN}`;

      if (where === 'an answer') {
        server.script = (request, response) => {
          if (request.plural !== 'resourcequotas') return false;
          respond(response, 500, JSON.stringify({ message }));
          return true;
        };
        server.endWatches('resourcequotas');
      } else {
        server.tell('resourcequotas', {
          type: 'ERROR',
          object: { kind: 'Status', code: 500, message },
        });
      }
      await until(() => cluster.state('ResourceQuota').state === 'stale');

      const state = cluster.state('ResourceQuota');
      expect(state).toMatchObject({
        message: expect.stringContaining('denied: Bearer [token]'),
      });
      expect(JSON.stringify([state, cluster.problems(), logged])).not.toContain(
        TOKEN,
      );
    },
  );

  it('3: answers 410 to a further page of a list, and the list starts over once, in one piece', async () => {
    for (const name of ['a', 'b']) server.put('resourcequotas', quota(name));
    server.script = (request, response) => {
      if (request.plural !== 'resourcequotas' || !request.isList) return false;
      if (!request.query.has('limit')) return false;
      if (request.query.has('continue'))
        return refuse(response, 410, 'Expired');
      const { metadata } = server.put('resourcequotas', quota('a'), true);
      respond(
        response,
        200,
        JSON.stringify({
          metadata: { resourceVersion: '1', continue: 'next' },
          items: [{ ...quota('a'), metadata }],
        }),
      );
      return true;
    };
    const { names } = await watching();
    expect(names()).toEqual(['a', 'b']);
    expect(lists().map(it => it.query.get('limit'))).toEqual([
      '500',
      '500',
      null,
    ]);
  });

  it('4: says "Too large resource version", and the list is read again without one', async () => {
    server.put('resourcequotas', quota('kept'));
    await watching();
    once('resourcequotas', 'isWatch', (_, response) => {
      respond(
        response,
        504,
        JSON.stringify({
          code: 504,
          reason: 'Timeout',
          message: 'Timeout: Too large resource version: 900, current: 100',
        }),
      );
      return true;
    });
    server.endWatches('resourcequotas');
    await until(() => lists().length === 2 && watches().length === 3);
    expect(lists()[1].query.has('resourceVersion')).toBe(false);
  });

  it.each(['reset', 'closed in order'])(
    '5: the connection is %s, and the watch goes on from its last version without a list',
    async how => {
      server.put('resourcequotas', quota('before'));
      const { names, cluster } = await watching();
      const { metadata } = server.put('resourcequotas', quota('last'));
      await until(() => names().includes('last'));

      if (how === 'reset') server.reset();
      else server.endWatches('resourcequotas');
      await until(() => watches().length === 2);
      expect(watches()[1].query.get('resourceVersion')).toBe(
        metadata.resourceVersion,
      );
      server.put('resourcequotas', quota('after'));
      await until(() => names().includes('after'));
      expect(lists()).toHaveLength(1);
      expect(cluster.state('ResourceQuota').state).toBe('synced');
    },
  );

  it.each(['HTTP/2', 'HTTP/1.1'])(
    '6: a black hole over %s is noticed within 60 s, and the state is stale since it was last heard',
    async version => {
      if (version === 'HTTP/1.1') {
        server = await ScriptedApiServer.start({ http1Only: true });
        started.push(server);
      }
      server.put('resourcequotas', quota('kept'));
      const clock = new ManualClock();
      const { cluster, names, running } = await watching({ clock });
      await until(() => server.requests.length === ALL_WATCHED);
      expect(await running.whenSettled(60_000)).toBe(true);
      const silentFrom = clock.now();
      server.goSilent();
      await until(
        () => cluster.state('ResourceQuota').state === 'stale',
        () => clock.advance(1000),
      );
      expect(clock.now() - silentFrom).toBeLessThanOrEqual(60_000);
      const state = cluster.state('ResourceQuota');
      expect(state).toMatchObject({
        message: expect.stringContaining('fell silent'),
      });
      // Some last answer may still have been on its way when the silence began.
      expect('since' in state && state.since - silentFrom).toBeLessThan(5000);
      expect(cluster.problems()).toEqual([
        expect.objectContaining({
          message: expect.stringContaining('fell silent'),
        }),
      ]);
      expect(names()).toEqual(['kept']);
      expect(server.requests).toHaveLength(ALL_WATCHED);

      await server.close();
      await server.open();
      await until(
        () => cluster.state('ResourceQuota').state === 'synced',
        () => clock.advance(100),
      );
      expect(cluster.problems()).toEqual([]);
    },
  );

  it('6: a quiet connection that lives is told by PING, without requests, and stays synced', async () => {
    const clock = new ManualClock();
    const { cluster } = await watching({ clock });
    await until(() => server.requests.length === ALL_WATCHED);
    for (let minute = 0; minute < 8; minute += 1) {
      clock.advance(15_000);
      const now = clock.now();
      await until(() => {
        const state = cluster.state('ResourceQuota');
        return state.state === 'synced' && state.at === now;
      });
    }
    expect(server.requests).toHaveLength(ALL_WATCHED);
  });

  it('7: connections are refused: what is known stays, and attempts back off for all kinds together', async () => {
    server.put('resourcequotas', quota('kept'));
    const clock = new ManualClock();
    const { cluster, names } = await watching({ clock, random: () => 0.5 });
    await until(() => server.requests.length === ALL_WATCHED);
    clock.advance(2000);
    await server.close();
    await until(() => cluster.problems().length > 0);
    expect(cluster.problems()[0].message).toContain('connection refused');
    await until(() => cluster.state('ResourceQuota').state === 'stale');
    expect(names()).toEqual(['kept']);

    const waits: number[] = [];
    let last = clock.now();
    const connect = jest.spyOn(tls, 'connect');
    let attempts = connect.mock.calls.length;
    await until(
      () => waits.length === 7,
      () => {
        clock.advance(100);
        if (connect.mock.calls.length > attempts) {
          attempts = connect.mock.calls.length;
          waits.push(clock.now() - last);
          last = clock.now();
        }
      },
    );
    connect.mockRestore();
    expect(attempts).toBe(7);
    expect(waits[6]).toBeGreaterThan(waits[1]);
    expect(Math.max(...waits)).toBeLessThanOrEqual(31_000);

    await server.open();
    await until(
      () => cluster.state('ResourceQuota').state === 'synced',
      () => clock.advance(100),
    );
    expect(lists()).toHaveLength(1);
  });

  it('8: answers 429 with Retry-After, and exactly that is waited for, without a list', async () => {
    const clock = new ManualClock();
    const { cluster } = await watching({ clock });
    once('resourcequotas', 'isWatch', (_, response) =>
      refuse(response, 429, 'TooManyRequests', { 'retry-after': '7' }),
    );
    clock.advance(5000);
    server.endWatches('resourcequotas');
    await until(() => cluster.state('ResourceQuota').state === 'stale');
    const from = clock.now();
    await until(
      () => watches().length === 3,
      () => clock.advance(100),
    );
    expect(clock.now() - from).toBeGreaterThanOrEqual(7000);
    expect(lists()).toHaveLength(1);
  });

  it('9: a storm of 500 in one under cluster is backed off from, and another one is not affected', async () => {
    const other = await ScriptedApiServer.start();
    started.push(other);
    const { running, cluster } = await watching(
      { random: () => 1 },
      definition(),
      definition({}, 'under-2', other),
    );
    await until(() => other.watching('resourcequotas') > 0);
    server.script = (_, response) => refuse(response, 500, 'InternalError');
    server.reset();
    await until(() => cluster.state('ResourceQuota').state === 'stale');
    const stormed = server.requests.length;

    const second = running.inventory.cluster('under-2')!;
    for (let round = 0; round < 20; round += 1) {
      other.put('resourcequotas', quota(`q${round}`));
      await until(() => !!second.get('ResourceQuota', 'alpha', `q${round}`));
    }
    expect(second.state('ResourceQuota').state).toBe('synced');
    // Sixteen kinds, at most a few attempts each: waits grow from 0.8 s.
    expect(server.requests.length - stormed).toBeLessThan(ALL_WATCHED);
  });

  it('10: answers 401: the credentials are read again once, and a renewed token goes on', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'tenant-storage-'));
    try {
      const tokenFile = path.join(folder, 'token');
      await writeFile(tokenFile, 'first-token\n');
      let accepted = 'first-token';
      server.script = ({ authorization }, response) =>
        authorization === `Bearer ${accepted}`
          ? false
          : refuse(response, 401, 'Unauthorized');
      const clock = new ManualClock();
      const { cluster } = await watching(
        { clock },
        definition({ token: undefined, tokenFile }),
      );
      await until(() => server.requests.length === ALL_WATCHED);

      clock.advance(2000);
      await writeFile(tokenFile, 'second-token\n');
      accepted = 'second-token';
      server.endWatches('resourcequotas');
      await until(
        () => server.watching('resourcequotas') === 1 && watches().length === 3,
      );
      expect(watches().map(it => it.authorization)).toEqual([
        'Bearer first-token',
        'Bearer first-token',
        'Bearer second-token',
      ]);
      expect(cluster.state('ResourceQuota').state).toBe('synced');
      expect(lists()).toHaveLength(1);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('10: answers 401 for good: the under cluster says so and backs off; no token is told', async () => {
    const clock = new ManualClock();
    server.put('resourcequotas', quota('kept'));
    const { cluster, names } = await watching({ clock, random: () => 0.5 });
    await until(() => server.requests.length === ALL_WATCHED);
    server.script = ({ authorization }, response) =>
      refuse(response, 401, `Unauthorized: ${authorization}`);
    clock.advance(2000);
    server.endWatches('resourcequotas');
    await until(() => cluster.problems().length > 0);
    const { length } = server.requests;
    server.endWatches('persistentvolumeclaims');
    await until(() => cluster.state('PersistentVolumeClaim').state === 'stale');
    expect(server.requests).toHaveLength(length);
    expect(names()).toEqual(['kept']);
    expect(cluster.problems()[0].message).toContain('401');
    await until(
      () => server.requests.length > length,
      () => clock.advance(50),
    );

    const told = JSON.stringify([
      logged,
      cluster.problems(),
      cluster.state('ResourceQuota'),
    ]);
    expect(told).not.toContain(TOKEN);
  });

  it('11: forbids one kind: that one is not permitted, asked about rarely, and the rest goes on', async () => {
    server.put('resourcequotas', quota('kept'));
    server.script = (request, response) => {
      if (request.plural !== 'virtualmachineinstances') return false;
      return refuse(response, 403, 'Forbidden');
    };
    const clock = new ManualClock();
    const { cluster, names } = await watching({ clock });
    const kind = 'VirtualMachineInstance';
    await until(() => cluster.state(kind).state === 'notPermitted');
    expect(names()).toEqual(['kept']);
    expect(cluster.state('ResourceQuota').state).toBe('synced');
    expect(cluster.problems()).toEqual([]);
    const asked = () => server.seen('virtualmachineinstances', 'list').length;
    expect(asked()).toBe(1);
    await pass(clock, 299_000);
    server.put('resourcequotas', quota('later'));
    await until(() => names().includes('later'));
    expect(asked()).toBe(1);

    server.script = () => false;
    await pass(clock, 40_000);
    await until(() => cluster.state(kind).state === 'synced');
  });

  it('11: a review that says no is believed without trying, and the message names the remedy', async () => {
    server.script = (request, response) => {
      if (request.plural !== 'selfsubjectaccessreviews') return false;
      respond(response, 201, JSON.stringify({ status: { allowed: false } }));
      return true;
    };
    const running = inventoryOf([definition()]);
    await running.start();
    const cluster = running.inventory.cluster('under-1')!;
    expect(await running.whenSettled(60_000)).toBe(true);
    expect(cluster.state('VirtualMachineInstance')).toMatchObject({
      state: 'notPermitted',
      message: expect.stringMatching(
        /list virtualmachineinstances\.kubevirt\.io.*deploy\/under-cluster-reader/,
      ),
    });
    expect(cluster.state('ConfigMap')).toMatchObject({
      state: 'notPermitted',
      message: expect.stringMatching(
        /list configmaps in the namespace kmetal-local-path-storage.*deploy\/namespace-readers/,
      ),
    });
    expect(lists()).toHaveLength(0);
  });

  it('12 and 13: a kind that is not installed is asked for every minute, followed when it appears and dropped when it goes', async () => {
    let installed = false;
    server.put('datavolumes', {
      metadata: { name: 'pvc-1', namespace: 'alpha' },
      status: { phase: 'Succeeded' },
    });
    server.script = (request, response) => {
      if (request.plural !== 'datavolumes' || installed) return false;
      respond(response, 404, '404 page not found\n');
      return true;
    };
    const clock = new ManualClock();
    const { cluster } = await watching({ clock });
    await until(() => cluster.state('DataVolume').state === 'notInstalled');
    expect(cluster.state('ResourceQuota').state).toBe('synced');
    await pass(clock, 59_000);
    expect(server.seen('datavolumes', 'list')).toHaveLength(1);

    installed = true;
    await pass(clock, 1_000);
    await until(() => cluster.state('DataVolume').state === 'synced');
    expect([...cluster.list('DataVolume')]).toHaveLength(1);
    await until(() => server.watching('datavolumes') === 1);

    installed = false;
    clock.advance(2000);
    server.endWatches('datavolumes');
    await until(() => cluster.state('DataVolume').state === 'notInstalled');
    expect([...cluster.list('DataVolume')]).toHaveLength(0);
  });

  it('14: cuts a line off, and the watch goes on from the version before it', async () => {
    const { names } = await watching();
    const { metadata } = server.put('resourcequotas', quota('before'));
    await until(() => names().includes('before'));
    once('resourcequotas', 'isWatch', (_, response) => {
      respond(response, 200, '{"type":"MODIFIED","object":{"metada\n');
      return true;
    });
    server.endWatches('resourcequotas');
    await until(() => watches().length === 3);
    expect(
      watches()
        .map(it => it.query.get('resourceVersion'))
        .slice(1),
    ).toEqual([metadata.resourceVersion, metadata.resourceVersion]);
    expect(lists()).toHaveLength(1);
  });

  it('15: splits a character across two packets, and it is read right', async () => {
    const { cluster } = await watching();
    const line = Buffer.from(
      `${JSON.stringify({
        type: 'ADDED',
        object: {
          metadata: {
            name: 'größe',
            namespace: 'alpha',
            uid: 'u',
            resourceVersion: '900',
          },
        },
      })}\n`,
    );
    const cut = line.indexOf('ö') + 1;
    once('resourcequotas', 'isWatch', (_, response) => {
      response.writeHead(200);
      send(response, line.subarray(0, cut));
      setImmediate(() => send(response, line.subarray(cut)));
      return true;
    });
    server.endWatches('resourcequotas');
    await until(() => !!cluster.get('ResourceQuota', 'alpha', 'größe'));
    expect(cluster.state('ResourceQuota').state).toBe('synced');
  });

  it('16: sends a line without end: it is given up at 8 MiB, and the watch goes on from before', async () => {
    const { names } = await watching();
    let sent = 0;
    once('resourcequotas', 'isWatch', (_, response) => {
      response.writeHead(200);
      const more = () => {
        const chunk = 'x'.repeat(64 * 1024);
        while (!response.destroyed && sent < 64 * 1024 * 1024) {
          sent += chunk.length;
          const room = response.write(chunk);
          if (!room) {
            response.once('drain', more);
            return;
          }
        }
      };
      more();
      return true;
    });
    server.endWatches('resourcequotas');
    await until(() => watches().length >= 3);
    server.put('resourcequotas', quota('after'));
    await until(() => names().includes('after'));
    expect(sent).toBeLessThan(32 * 1024 * 1024);
    expect(lists()).toHaveLength(1);
  });

  it('17: answers one byte at a time: a deadline ends it', async () => {
    const clock = new ManualClock();
    let cancelled = false;
    server.script = (request, response) => {
      if (request.plural !== 'resourcequotas' || !request.isList) return false;
      response.writeHead(200);
      send(response, '{');
      response.on('close', () => {
        cancelled = true;
      });
      return true;
    };
    const running = inventoryOf([definition()], { clock });
    await running.start();
    const cluster = running.inventory.cluster('under-1')!;
    await until(() => lists().length === 1);
    await until(
      () => cancelled,
      () => clock.advance(1000),
    );
    await until(() => {
      const state = cluster.state('ResourceQuota');
      return state.state === 'syncing' && state.message !== undefined;
    });
    expect(cluster.state('ResourceQuota')).toMatchObject({
      message: expect.stringContaining('took longer than 120 s'),
    });
  });

  it('18: closes the watch at once, again and again: attempts back off', async () => {
    const clock = new ManualClock();
    const { cluster } = await watching({ clock, random: () => 0.5 });
    server.script = (request, response) => {
      if (request.plural !== 'resourcequotas' || !request.isWatch) return false;
      respond(response, 200, '');
      return true;
    };
    server.endWatches('resourcequotas');
    const from = clock.now();
    let seen = 0;
    let calm = 0;
    await until(
      () => clock.now() - from > 40_000,
      () => {
        // Time passes only while nothing is on its way.
        calm = watches().length === seen ? calm + 1 : 0;
        seen = watches().length;
        if (calm > 10) clock.advance(50);
      },
    );
    expect(watches().length).toBeGreaterThan(4);
    expect(watches().length).toBeLessThan(14);
    expect(lists()).toHaveLength(1);
    expect(cluster.state('ResourceQuota').state).not.toBe('notPermitted');
  });

  it('19: a bookmark and then a disconnection: the watch goes on from the bookmark', async () => {
    const { cluster } = await watching();
    const bookmark = server.bookmark('resourcequotas');
    // Events of one watch come in order: once this has arrived, the bookmark has.
    server.tell('resourcequotas', {
      type: 'ADDED',
      object: {
        metadata: {
          name: 'old',
          namespace: 'alpha',
          uid: 'u',
          resourceVersion: '1',
        },
      },
    });
    await until(() => !!cluster.get('ResourceQuota', 'alpha', 'old'));
    server.reset();
    await until(() => watches().length === 2);
    expect(watches()[1].query.get('resourceVersion')).toBe(bookmark);
    expect(watches()[1].query.get('allowWatchBookmarks')).toBe('true');
  });

  it('22: repeats events and sends them out of order: the newest is kept', async () => {
    const { cluster, names } = await watching();
    const event = (type: string, hard: string, resourceVersion: string) =>
      server.tell('resourcequotas', {
        type,
        object: {
          ...quota('q', hard),
          metadata: {
            name: 'q',
            namespace: 'alpha',
            uid: 'u',
            resourceVersion,
          },
        },
      });
    event('ADDED', '1Gi', '201');
    event('MODIFIED', '3Gi', '203');
    event('MODIFIED', '2Gi', '202');
    event('MODIFIED', '3Gi', '203');
    server.put('resourcequotas', quota('end'));
    await until(() => names().includes('end'));
    expect(cluster.get('ResourceQuota', 'alpha', 'q')?.hard).toEqual({
      [KEY]: '3Gi',
    });
  });

  it('23: deletes and creates again under one name: the new one stays, even if the deletion comes late', async () => {
    const { cluster, names } = await watching();
    server.put('resourcequotas', quota('q', '1Gi', 'old'));
    server.delete('resourcequotas', 'alpha/q');
    server.put('resourcequotas', quota('q', '2Gi', 'new'));
    server.tell('resourcequotas', {
      type: 'DELETED',
      object: {
        metadata: {
          name: 'q',
          namespace: 'alpha',
          uid: 'old',
          resourceVersion: '102',
        },
      },
    });
    server.put('resourcequotas', quota('end'));
    await until(() => names().includes('end'));
    expect(cluster.get('ResourceQuota', 'alpha', 'q')?.uid).toBe('new');
  });

  it('24: versions go back after a restore: the list is believed', async () => {
    const { cluster } = await watching();
    server.tell('resourcequotas', {
      type: 'ADDED',
      object: {
        ...quota('q', '9Gi'),
        metadata: {
          name: 'q',
          namespace: 'alpha',
          uid: 'u',
          resourceVersion: '900000',
        },
      },
    });
    await until(() => !!cluster.get('ResourceQuota', 'alpha', 'q'));
    server.put('resourcequotas', quota('q', '1Gi', 'u'), true);
    once('resourcequotas', 'isWatch', (_, response) =>
      refuse(response, 410, 'Expired'),
    );
    server.endWatches('resourcequotas');
    const hard = () => cluster.get('ResourceQuota', 'alpha', 'q')?.hard[KEY];
    await until(() => hard() !== '9Gi');
    expect(hard()).toBe('1Gi');
  });

  it('25: its certificate has expired, or its CA is another: the under cluster says which, and recovers with the right CA file', async () => {
    const expired = await ScriptedApiServer.start({
      certificateValidTo: new Date(Date.now() - 3600_000),
    });
    started.push(expired);
    const folder = await mkdtemp(path.join(tmpdir(), 'tenant-storage-'));
    try {
      const caFile = path.join(folder, 'ca.crt');
      await writeFile(caFile, expired.ca);
      const running = inventoryOf([
        definition({ caData: undefined, caFile }),
        definition({}, 'under-2', expired),
      ]);
      await running.start();
      const [first, second] = running.inventory.clusters();
      await until(
        () => first.problems().length > 0 && second.problems().length > 0,
      );
      expect(first.problems()[0].message).toMatch(/not signed by the CA/);
      expect(second.problems()[0].message).toMatch(/has expired/);
      expect(first.state('ResourceQuota').state).toBe('syncing');

      await writeFile(caFile, server.ca);
      await until(() => first.state('ResourceQuota').state === 'synced');
      expect(first.problems()).toEqual([]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('27: is stopped during a list: nothing is asked afterwards', async () => {
    const answers: Array<() => void> = [];
    server.script = (request, response) => {
      if (!request.isList) return false;
      answers.push(() =>
        respond(
          response,
          200,
          JSON.stringify({
            metadata: { resourceVersion: '1', continue: 'next' },
            items: [],
          }),
        ),
      );
      return true;
    };
    const running = inventoryOf([definition()]);
    await running.start();
    await until(() => answers.length === kindNames.length);
    const { length } = server.requests;
    const stopped = running.stop();
    for (const answer of answers) answer();
    await stopped;
    await until(() => server.connections === 0);
    expect(server.requests).toHaveLength(length);
  });

  it('28: a listener throws, and the others are told', async () => {
    const { running } = await watching();
    const told: InventoryChange[] = [];
    running.inventory.onChange(() => {
      throw new Error('not my day');
    });
    const end = running.inventory.onChange(change => told.push(change));
    server.put('resourcequotas', quota('q'));
    await until(() => told.length > 0);
    expect(told).toEqual([
      { underCluster: 'under-1', kind: 'ResourceQuota', namespace: 'alpha' },
    ]);
    end();
    server.put('resourcequotas', quota('q', '20Gi'));
    server.put('resourcequotas', quota('r'));
    const cluster = running.inventory.cluster('under-1')!;
    await until(() => !!cluster.get('ResourceQuota', 'alpha', 'r'));
    expect(told).toHaveLength(1);
  });

  it('30: is removed from the configuration: its sockets are closed and its data is gone', async () => {
    let definitions = [definition()];
    let changed = () => {};
    const running = inventoryOf(() => definitions, {
      onChange: listener => {
        changed = listener;
        return () => {};
      },
    });
    await running.start();
    expect(await running.whenSettled(60_000)).toBe(true);
    expect(server.connections).toBe(1);

    definitions = [];
    changed();
    await until(() => running.inventory.clusters().length === 0);
    expect(running.inventory.cluster('under-1')).toBeUndefined();
    expect(running.inventory.emptyBecause).toContain(
      'tenantStorage.underClusters',
    );
    await until(() => server.connections === 0);
  });

  it('31: redirects: refused, so that the token goes nowhere else', async () => {
    const other = await ScriptedApiServer.start();
    started.push(other);
    server.script = (_, response) => {
      respond(response, 307, '', { location: `${other.url}/api/v1` });
      return true;
    };
    const running = inventoryOf([definition()]);
    await running.start();
    const cluster = running.inventory.cluster('under-1')!;
    await until(() => {
      const state = cluster.state('ResourceQuota');
      return state.state === 'syncing' && !!state.message;
    });
    expect(cluster.state('ResourceQuota')).toMatchObject({
      message: expect.stringContaining('redirect'),
    });
    expect(other.requests).toHaveLength(0);
  });

  it('speaks HTTP/1.1 with an API server, or what stands before it, that has no HTTP/2', async () => {
    const old = await ScriptedApiServer.start({ http1Only: true });
    started.push(old);
    old.put('resourcequotas', quota('q'));
    const running = inventoryOf([definition({}, 'old', old)]);
    await running.start();
    expect(await running.whenSettled(60_000)).toBe(true);
    expect(old.requests[0].httpVersion).toBe('1.1');
    old.put('resourcequotas', quota('r'));
    const cluster = running.inventory.cluster('old')!;
    await until(() => !!cluster.get('ResourceQuota', 'alpha', 'r'));
  });

  it('uses one connection for all kinds where there is HTTP/2', async () => {
    await watching();
    await until(() => server.requests.length === ALL_WATCHED);
    expect(server.connections).toBe(1);
    expect(server.requests[0].httpVersion).toBe('2.0');
  });
});
