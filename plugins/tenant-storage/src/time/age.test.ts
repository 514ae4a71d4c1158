import { ageOf, momentText } from './age';

describe('ageOf', () => {
  const now = Date.parse('2026-11-22T12:00:00Z');
  it.each([
    ['2026-11-22T12:00:00Z', { unit: 'now', count: 0 }],
    ['2026-11-22T11:59:30Z', { unit: 'seconds', count: 30 }],
    ['2026-11-22T11:57:10Z', { unit: 'minutes', count: 2 }],
    ['2026-11-21T13:00:00Z', { unit: 'hours', count: 23 }],
    ['2026-11-18T12:00:00Z', { unit: 'days', count: 4 }],
  ])('of %s', (time, age) => {
    expect(ageOf(time, now)).toEqual(age);
  });

  it('is never negative, though clocks differ', () => {
    expect(ageOf('2026-11-22T13:00:00Z', now)).toEqual({
      unit: 'now',
      count: 0,
    });
  });
});

describe('momentText', () => {
  const now = new Date(2026, 10, 22, 15, 0).getTime();

  it('is the time of day today', () => {
    expect(momentText(new Date(2026, 10, 22, 14, 2).getTime(), now)).toMatch(
      /^0?2:02\sPM$|^14:02$/,
    );
  });

  it('names the date of another day', () => {
    expect(momentText(new Date(2026, 10, 20, 14, 2).getTime(), now)).toMatch(
      /20.*02/,
    );
  });
});
