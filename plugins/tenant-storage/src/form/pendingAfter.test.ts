import { QuotaImpact } from '@kmetal/backstage-plugin-tenant-storage-common';
import { pendingAfter } from './pendingAfter';

function impact(changes: Partial<QuotaImpact>): QuotaImpact {
  const headroom = {
    state: 'unknown' as const,
    bytes: null,
    explanation: '',
    limitedBy: null,
    overhead: null,
    doubled: null,
    inFlight: null,
  };
  return {
    before: '50',
    after: '60',
    used: '41',
    headroom,
    headroomAfter: headroom,
    smallestUnblocking: null,
    pending: [],
    ...changes,
  };
}

function waiting(name: string, charge: string | null) {
  return { name, tenantCluster: null, charge };
}

function fits(changes: Partial<QuotaImpact>) {
  return pendingAfter(impact(changes))?.map(({ fit }) => fit);
}

describe('pendingAfter', () => {
  it('says that a volume fits, to the byte', () => {
    expect(fits({ pending: [waiting('a', '19')] })).toEqual(['fits']);
    expect(fits({ pending: [waiting('a', '20')] })).toEqual(['tooSmall']);
  });

  it('says that one of several fits, but not all of them', () => {
    expect(
      fits({
        pending: [waiting('a', '10'), waiting('b', '10'), waiting('c', '30')],
      }),
    ).toEqual(['alone', 'alone', 'tooSmall']);
  });

  it('promises nothing where a size, the use or the new quota is unknown', () => {
    expect(fits({ pending: [waiting('a', null), waiting('b', '1')] })).toEqual([
      'unknown',
      'alone',
    ]);
    expect(fits({ used: null, pending: [waiting('a', '1')] })).toEqual([
      'unknown',
    ]);
    expect(fits({ after: null, pending: [waiting('a', '1')] })).toEqual([
      'unknown',
    ]);
  });

  it('tells volumes that can’t be seen from none', () => {
    expect(pendingAfter(impact({ pending: null }))).toBeNull();
    expect(pendingAfter(impact({ pending: [] }))).toEqual([]);
  });
});
