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

  it.each<[string, ChangeGate[], string, string]>([
    ['success without gates', [], 'success', 'Nothing has to be waited for'],
    [
      'success',
      [gate('passed', 'A.'), { ...gate('passed', 'B.'), title: 'It is there' }],
      'success',
      'It covers what is in use; It is there',
    ],
    [
      'pending: it opens by itself',
      [
        { ...gate('unknown', 'A.'), title: 'The driver is there' },
        gate('failed', 'B.'),
        { ...gate('passed', 'C.'), title: 'Nothing is made' },
      ],
      'pending',
      'Waits until: It covers what is in use. Not known now: The driver is there',
    ],
  ])(
    'is %s, for a change of an under cluster’s storage',
    (_, gates, state, description) => {
      expect(
        gateStatus('backend', gates, 'https://portal.example.com'),
      ).toEqual({
        context: 'kmetal-storage',
        state,
        description,
        targetUrl: 'https://portal.example.com',
      });
    },
  );

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
