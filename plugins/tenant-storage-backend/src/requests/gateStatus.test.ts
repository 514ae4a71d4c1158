import type { ChangeGate } from '@kmetal/backstage-plugin-tenant-storage-node';
import { gateStatus } from './gateStatus';

function gate(state: ChangeGate['state'], detail: string): ChangeGate {
  return {
    id: 'quotaCoversUse',
    title: 'It covers what is in use',
    state,
    detail,
  };
}

describe('what gates come to', () => {
  it.each<[string, ChangeGate[], string, string]>([
    [
      'success',
      [gate('passed', 'A.'), gate('passed', 'B.')],
      'success',
      'A. B.',
    ],
    ['pending', [gate('passed', 'A.'), gate('unknown', 'B.')], 'pending', 'B.'],
    [
      'failure, what failed first',
      [gate('unknown', 'A.'), gate('failed', 'B.')],
      'failure',
      'B. A.',
    ],
  ])('is %s', (_, gates, state, description) => {
    expect(gateStatus('quota', gates, undefined)).toEqual({
      context: 'kmetal-storage',
      state,
      description,
    });
  });

  it('is told in no more than 140 characters', () => {
    const { description } = gateStatus(
      'quota',
      [gate('failed', 'x'.repeat(100)), gate('failed', 'y'.repeat(100))],
      undefined,
    );
    expect(description).toHaveLength(140);
    expect(description.endsWith('…')).toBe(true);
  });
});
