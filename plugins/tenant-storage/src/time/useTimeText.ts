import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { tenantStorageTranslationRef } from '../translation';
import { ageOf, momentText } from './age';

/** Words for ages and moments, against one `now` in ms since the epoch. */
export function useTimeText(now: number) {
  const { t } = useTranslationRef(tenantStorageTranslationRef);
  const age = (time: string | number): string => {
    const { unit, count } = ageOf(time, now);
    switch (unit) {
      case 'seconds':
        return t('age.seconds', { number: String(count) });
      case 'minutes':
        return t('age.minutes', { number: String(count) });
      case 'hours':
        return t('age.hours', { number: String(count) });
      case 'days':
        return t('age.days', { number: String(count) });
      default:
        return t('age.now');
    }
  };
  const ago = (time: string | number): string =>
    ageOf(time, now).unit === 'now'
      ? t('age.now')
      : t('age.ago', { age: age(time) });
  return { age, ago, moment: (time: string | number) => momentText(time, now) };
}
