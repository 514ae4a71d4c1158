import { mockServices } from '@backstage/backend-test-utils';
import type {
  UnderClusterDefinition,
  UnderClusterSupplier,
} from '@kmetal/backstage-plugin-tenant-storage-node';
import { ManualClock, until } from '../kubernetes/manualClock.test.clock';
import { createInventory, type RunningInventory } from './inventory';

/** Its credentials can't be read: it is known, and never reached. */
function unreadable(
  name: string,
  storageClass?: string,
): UnderClusterDefinition {
  return {
    name,
    storageClass,
    connection: {
      type: 'address',
      url: 'https://127.0.0.1:1',
      tokenFile: '/there/is/no/token',
    },
  };
}

describe('The inventory', () => {
  let running: RunningInventory | undefined;

  afterEach(() => running?.stop());

  function start(suppliers: UnderClusterSupplier[], clock?: ManualClock) {
    const logger = mockServices.logger.mock({ child: () => logger });
    running = createInventory({
      suppliers,
      defaults: { storageClass: 'from-defaults' },
      logger,
      clock,
      random: () => 1,
    });
    return { ...running, logger };
  }

  it('without under clusters says why it is empty', async () => {
    const {
      inventory,
      start: begin,
      whenSettled,
    } = start([{ id: 'configuration', list: async () => [] }]);
    await begin();
    expect(inventory.clusters()).toEqual([]);
    expect(inventory.emptyBecause).toContain('tenantStorage.underClusters');
    expect(await whenSettled(10)).toBe(true);
  });

  it('knows an under cluster whose credentials cannot be read: syncing, with the reason, and nothing that looks like none', async () => {
    const {
      inventory,
      start: begin,
      whenSettled,
    } = start([
      { id: 'configuration', list: async () => [unreadable('under-1')] },
    ]);
    await begin();
    const cluster = inventory.cluster('under-1')!;
    await until(() => cluster.problems().length > 0);
    expect(cluster.problems()).toEqual([
      {
        message: "The token file /there/is/no/token can't be read (ENOENT)",
        since: expect.any(Number),
      },
    ]);
    await until(() => {
      const state = cluster.state('ResourceQuota');
      return state.state === 'syncing' && state.message !== undefined;
    });
    expect(inventory.emptyBecause).toBeUndefined();
    expect(cluster.settings).toMatchObject({
      title: 'under-1',
      storageClass: 'from-defaults',
    });
    expect(await whenSettled(20)).toBe(false);
  });

  it('believes the first of two suppliers that give one name, in their order', async () => {
    const {
      inventory,
      start: begin,
      logger,
    } = start([
      { id: 'configuration', list: async () => [unreadable('b', 'first')] },
      {
        id: 'catalog',
        list: async () => [unreadable('a'), unreadable('b', 'second')],
      },
    ]);
    await begin();
    expect(inventory.clusters().map(it => it.settings.name)).toEqual([
      'b',
      'a',
    ]);
    expect(inventory.cluster('b')?.settings.storageClass).toBe('first');
    expect(logger.warn).toHaveBeenCalledWith(
      expect.stringContaining('"b" of supplier "catalog" is left out'),
    );
  });

  it('does not wait for a supplier that does not answer, and says for whom it waits', async () => {
    const clock = new ManualClock();
    const { inventory, start: begin } = start(
      [{ id: 'catalog', list: () => new Promise(() => {}) }],
      clock,
    );
    let begun = false;
    void begin().then(() => {
      begun = true;
    });
    await until(
      () => begun,
      () => clock.advance(500),
    );
    expect(inventory.emptyBecause).toContain('waiting for catalog');
  });

  it('says that there may be more under clusters until every supplier has answered', async () => {
    let answer = (_: UnderClusterDefinition[]) => {};
    const clock = new ManualClock();
    const { inventory, start: begin } = start(
      [
        { id: 'configuration', list: async () => [unreadable('a')] },
        {
          id: 'catalog',
          list: () =>
            new Promise(resolve => {
              answer = resolve;
            }),
        },
      ],
      clock,
    );
    expect(inventory.incomplete).toContain(
      'waiting for configuration, catalog',
    );
    void begin();
    await until(() => inventory.clusters().length === 1);
    expect(inventory.incomplete).toBe(
      'The under clusters are not all known yet: waiting for catalog',
    );
    expect(inventory.emptyBecause).toBeUndefined();
    answer([]);
    await until(() => inventory.incomplete === undefined);
  });

  it('asks a supplier that fails again, and keeps what it said last', async () => {
    const clock = new ManualClock();
    const answers: Array<() => UnderClusterDefinition[]> = [
      () => [unreadable('a')],
      () => {
        throw new Error('out of order');
      },
      () => [unreadable('a'), unreadable('b')],
    ];
    let changed = () => {};
    const { inventory, start: begin } = start(
      [
        {
          id: 'catalog',
          list: async () => answers.shift()!(),
          onChange: listener => {
            changed = listener;
            return () => {};
          },
        },
      ],
      clock,
    );
    await begin();
    const first = inventory.cluster('a');
    changed();
    await until(() => answers.length === 1);
    expect(inventory.cluster('a')).toBe(first);
    await until(
      () => inventory.cluster('b') !== undefined,
      () => clock.advance(100),
    );
    expect(inventory.cluster('a')).toBe(first);
  });

  it('begins anew with an under cluster that is defined otherwise', async () => {
    let definitions = [unreadable('a')];
    let changed = () => {};
    const { inventory, start: begin } = start([
      {
        id: 'catalog',
        list: async () => definitions,
        onChange: listener => {
          changed = listener;
          return () => {};
        },
      },
    ]);
    await begin();
    const first = inventory.cluster('a');
    definitions = [unreadable('a', 'another')];
    changed();
    await until(() => inventory.cluster('a') !== first);
    expect(inventory.cluster('a')?.settings.storageClass).toBe('another');
  });
});
