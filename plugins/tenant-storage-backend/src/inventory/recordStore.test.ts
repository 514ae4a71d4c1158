import type { EventRecord, PersistentVolumeRecord } from './records';
import { ClaimIndex } from './claimIndex';
import { EventIndex } from './eventIndex';
import { RecordStore } from './recordStore';

function namespace(name: string, uid = name, owner?: string) {
  return { uid, name, createdAt: 0, ...(owner ? { owner } : {}) };
}

describe('The records of a kind', () => {
  it('tell of what changes, and of nothing that stays as it is', () => {
    const told: string[] = [];
    const store = new RecordStore<'Namespace'>({
      added: record => told.push(`+${record.uid}`),
      removed: record => told.push(`-${record.uid}`),
    });
    store.upsert(namespace('a', 'old'), '1');
    store.upsert(namespace('a', 'old'), '2');
    store.upsert(namespace('a', 'new'), '3');
    store.remove({ name: 'a', uid: 'new' }, '4');
    store.remove({ name: 'a', uid: 'new' }, '4');
    expect(told).toEqual(['+old', '-old', '+new', '-new']);
    expect(store.size).toBe(0);
  });

  it('tell of a change to each namespace that it concerns, the one before included', () => {
    const told: string[] = [];
    const store = new RecordStore<'PersistentVolume'>({
      changed: concerned => told.push(concerned),
      concerns: volume => volume.claim?.namespace,
    });
    const volume = { uid: 'v', name: 'pv-1', createdAt: 0 };
    const boundIn = (claimNamespace: string, phase = 'Bound') => ({
      ...volume,
      phase,
      claim: { namespace: claimNamespace, name: 'data' },
    });

    store.upsert(boundIn('alpha'), '1');
    store.upsert(boundIn('alpha', 'Released'), '2');
    store.upsert(volume, '3');
    store.upsert(boundIn('beta'), '4');
    store.remove({ name: 'pv-1', uid: 'v' }, '5');

    expect(told).toEqual(['alpha', 'alpha', 'alpha', '', '', 'beta', 'beta']);
  });

  it('drop what a finished list does not name, not what an unfinished one has not named yet', () => {
    const store = new RecordStore<'Namespace'>();
    store.upsert(namespace('a'), '1');
    store.upsert(namespace('b'), '1');
    const broken = store.beginListing();
    broken.add(namespace('a'), '2');
    expect(store.size).toBe(2);
    const whole = store.beginListing();
    whole.add(namespace('b'), '3');
    whole.finish();
    expect([...store.all()].map(it => it.name)).toEqual(['b']);
  });

  it('forget what a list named before it started over', () => {
    const store = new RecordStore<'Namespace'>();
    const listing = store.beginListing();
    listing.add(namespace('a'), '1');
    listing.restart();
    listing.add(namespace('b'), '2');
    listing.finish();
    expect([...store.all()].map(it => it.name)).toEqual(['b']);
  });

  it('are found by namespace and name, odd ones too', () => {
    const store = new RecordStore<'Namespace'>();
    for (const name of ['__proto__', 'constructor']) {
      expect(store.get('', name)).toBeUndefined();
      store.upsert(namespace(name), '1');
      expect(store.get('', name)?.name).toBe(name);
    }
  });
});

describe('Events', () => {
  function event(name: string, lastSeenAt: number): EventRecord {
    return {
      uid: name,
      name,
      createdAt: 0,
      type: 'Normal',
      reason: 'Provisioning',
      message: '',
      regarding: { kind: 'PersistentVolumeClaim', namespace: 'a', name: 'p' },
      count: 1,
      lastSeenAt,
    };
  }

  it('are kept newest first, twenty for each object', () => {
    const index = new EventIndex();
    const pushedOut: string[] = [];
    for (let i = 0; i < 25; i += 1) {
      const out = index.add(event(`e${i}`, i % 2 ? i : 100 - i));
      if (out) pushedOut.push(out.name);
    }
    const kept = index.of('a', 'PersistentVolumeClaim', 'p');
    expect(kept).toHaveLength(20);
    expect(kept.map(it => it.lastSeenAt)).toEqual(
      kept.map(it => it.lastSeenAt).sort((a, b) => b - a),
    );
    expect(pushedOut).toEqual(['e1', 'e3', 'e5', 'e7', 'e9']);
    for (const it of kept) index.remove(it);
    expect(index.of('a', 'PersistentVolumeClaim', 'p')).toEqual([]);
  });
});

describe('Volumes of a claim', () => {
  const volume = (
    name: string,
    phase: string,
    uid: string,
  ): PersistentVolumeRecord => ({
    uid: name,
    name,
    createdAt: 0,
    phase,
    claim: { namespace: 'alpha', name: 'data', uid },
  });

  it('are the bound one before a released one, and never one of an earlier claim of that name', () => {
    const index = new ClaimIndex();
    const earlier = volume('earlier', 'Released', 'c1');
    index.add(earlier);
    expect(index.of('alpha', 'data', 'c2')).toBeUndefined();
    expect(index.of('alpha', 'data', undefined)?.name).toBe('earlier');
    index.add(volume('now', 'Bound', 'c2'));
    expect(index.of('alpha', 'data', 'c2')?.name).toBe('now');
    expect(index.of('alpha', 'data', undefined)?.name).toBe('now');
    index.remove(earlier);
    expect(index.of('alpha', 'data', 'c1')).toBeUndefined();
  });
});
