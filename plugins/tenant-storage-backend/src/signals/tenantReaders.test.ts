import { mockServices } from '@backstage/backend-test-utils';
import type { SignalPayload } from '@backstage/plugin-signals-node';
import type { InventoryChange } from '../inventory/types';
import { TenantReaders } from './tenantReaders';

const ada = 'user:default/ada';
const bob = 'user:default/bob';

function setUp(options: { mostLeases?: number } = {}) {
  let listener: (change: InventoryChange) => void = () => {};
  const ended = jest.fn();
  const published: SignalPayload[] = [];
  const publish = jest.fn(async (signal: SignalPayload) => {
    published.push(signal);
  });
  const logger = mockServices.logger.mock();
  const readers = TenantReaders.watch({
    inventory: {
      onChange: own => {
        listener = own;
        return ended;
      },
    },
    signals: { publish: publish as never },
    logger,
    ...options,
  });
  const change = (namespace?: string, underCluster = 'north') =>
    listener({ underCluster, kind: 'PersistentVolumeClaim', namespace });
  return { readers, change, published, publish, logger, ended };
}

describe('readers of a tenant', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('are told to look again when something of it changes, without being told what', () => {
    const { readers, change, published } = setUp();
    readers.allowed('north', 'alpha', ada);
    readers.allowed('north', 'alpha', bob);

    change('alpha');

    expect(published).toEqual([
      {
        channel: 'tenant-storage:north/alpha',
        message: {},
        recipients: { type: 'user', entityRef: [ada, bob] },
      },
    ]);
  });

  it('are not told of other tenants and other under clusters', () => {
    const { readers, change, published } = setUp();
    readers.allowed('north', 'alpha', ada);

    change('beta');
    change('alpha', 'south');

    expect(published).toEqual([]);
  });

  it('are told of what concerns the whole under cluster', () => {
    const { readers, change, published } = setUp();
    readers.allowed('north', 'alpha', ada);
    readers.allowed('north', 'beta', bob);
    readers.allowed('south', 'alpha', bob);

    change();

    expect(published.map(({ channel }) => channel)).toEqual([
      'tenant-storage:north/alpha',
      'tenant-storage:north/beta',
    ]);
  });

  it('are told at once, and then at most once a second until it is quiet', () => {
    const { readers, change, published } = setUp();
    readers.allowed('north', 'alpha', ada);

    change('alpha');
    expect(published).toHaveLength(1);
    for (let i = 0; i < 100; i += 1) change('alpha');
    expect(published).toHaveLength(1);
    jest.advanceTimersByTime(999);
    expect(published).toHaveLength(1);
    jest.advanceTimersByTime(1);
    expect(published).toHaveLength(2);
    jest.advanceTimersByTime(10_000);
    expect(published).toHaveLength(2);
    change('alpha');
    expect(published).toHaveLength(3);
    expect(jest.getTimerCount()).toBe(1);
  });

  it('are told for five minutes after they were last allowed to read it', () => {
    const { readers, change, published } = setUp();
    readers.allowed('north', 'alpha', ada);
    readers.allowed('north', 'alpha', bob);
    jest.advanceTimersByTime(4 * 60_000);
    readers.allowed('north', 'alpha', ada);
    jest.advanceTimersByTime(2 * 60_000);

    change('alpha');
    expect(published.map(({ recipients }) => recipients)).toEqual([
      { type: 'user', entityRef: [ada] },
    ]);

    jest.advanceTimersByTime(5 * 60_000);
    change('alpha');
    expect(published).toHaveLength(1);
    expect(readers.size).toBe(0);
  });

  it('whose lease ended in the quiet second are not told any more', () => {
    const { readers, change, published } = setUp();
    readers.allowed('north', 'alpha', ada);
    jest.advanceTimersByTime(5 * 60_000 - 500);
    change('alpha');
    change('alpha');

    jest.advanceTimersByTime(1_000);

    expect(published).toHaveLength(1);
  });

  it('are as many as there is room for; who was allowed longest ago goes first', () => {
    const { readers, change, published } = setUp({ mostLeases: 2 });
    readers.allowed('north', 'alpha', ada);
    readers.allowed('north', 'alpha', bob);
    readers.allowed('north', 'alpha', ada);
    readers.allowed('north', 'beta', ada);

    change('alpha');

    expect(readers.size).toBe(2);
    expect(published.map(({ recipients }) => recipients)).toEqual([
      { type: 'user', entityRef: [ada] },
    ]);
  });

  it('do not stop anything if they cannot be told, which is logged once', async () => {
    const { readers, change, publish, logger } = setUp();
    publish.mockRejectedValue(new Error('no bus'));
    readers.allowed('north', 'alpha', ada);

    change('alpha');
    await jest.advanceTimersByTimeAsync(1_000);
    change('alpha');
    await jest.advanceTimersByTimeAsync(1_000);

    expect(publish).toHaveBeenCalledTimes(2);
    expect(logger.warn).toHaveBeenCalledTimes(1);
  });

  it('are told nothing after the plugin has stopped', () => {
    const { readers, change, published, ended } = setUp();
    readers.allowed('north', 'alpha', ada);
    change('alpha');
    change('alpha');

    readers.stop();
    jest.advanceTimersByTime(2_000);
    change('alpha');

    expect(published).toHaveLength(1);
    expect(ended).toHaveBeenCalled();
    expect(jest.getTimerCount()).toBe(0);
  });
});
