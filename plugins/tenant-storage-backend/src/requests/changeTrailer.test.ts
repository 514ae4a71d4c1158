import { changeTrailerOf } from './changeTrailer';

const GI = 2n ** 30n;
const TRAILER = 'Kmetal-Storage-Change: muc-1/alpha quota';
const OBJECT = {
  underCluster: 'muc-1',
  change: 'quota',
  object: 'alpha',
} as const;

describe('what the portal writes below its commits', () => {
  it.each<[string, string, bigint | null | undefined]>([
    ['says which size is proposed', `Raise\n\n${TRAILER} 60Gi`, 60n * GI],
    ['says so in other units', `Raise\n\n${TRAILER} 61440Mi\n`, 60n * GI],
    [
      'is found among other lines, however they end',
      `Raise\r\n\r\nSigned-off-by: A\r\n${TRAILER} 60Gi \r\n`,
      60n * GI,
    ],
    ['does not say it in older commits', `Raise\n\n${TRAILER}`, null],
    [
      'does not say it where somebody made one commit of several',
      `Raise\n\n${TRAILER} 60Gi\n${TRAILER} 70Gi`,
      null,
    ],
    ['is not there', 'Raise', undefined],
    ['is not what is quoted', `> ${TRAILER} 60Gi`, undefined],
    ['is not above the end', `${TRAILER} 60Gi\n\nWhy`, undefined],
    ['is not with a size that is none', `${TRAILER} a lot`, undefined],
    ['is not with words behind it', `${TRAILER} 60Gi not really`, undefined],
    ['is not with a size of nothing', `${TRAILER} 0`, undefined],
    ['is not with less than nothing', `${TRAILER} -60Gi`, undefined],
    [
      'is not that of another tenant',
      'Kmetal-Storage-Change: muc-1/alpha-2 quota 60Gi',
      undefined,
    ],
  ])('%s', (_, message, size) => {
    expect(changeTrailerOf(OBJECT, message)).toEqual(
      size === undefined ? undefined : { wish: size && `${size}` },
    );
  });

  it.each<[string, string, string | null | undefined]>([
    ['says which wish is proposed', 'backend 0123456789ab', '0123456789ab'],
    ['says that it is half of one', 'backend incomplete', 'incomplete'],
    ['does not say it', 'backend', null],
    ['is not with words behind it', 'backend 0123456789ab or so', undefined],
    ['is not that of another change', 'class 0123456789ab', undefined],
  ])('%s, for an under cluster’s storage', (_, trailer, wish) => {
    const object = {
      underCluster: 'muc-1',
      change: 'backend',
      object: 'claim',
    } as const;
    expect(
      changeTrailerOf(
        object,
        `Swap\n\nKmetal-Storage-Change: muc-1/claim ${trailer}`,
      ),
    ).toEqual(wish === undefined ? undefined : { wish });
  });
});
