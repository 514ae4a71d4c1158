import {
  formatBytes,
  formatUsage,
  parseQuantity,
  QuantityError,
} from '@kmetal/backstage-plugin-tenant-storage-common';

/** Amounts by key, of a list such as `requests.storage=5Gi,persistentvolumeclaims=1`; those that can't be read are left out. */
function amountsOf(list: string): Map<string, bigint> {
  const amounts = new Map<string, bigint>();
  for (const entry of list.split(',')) {
    const separator = entry.indexOf('=');
    try {
      amounts.set(
        entry.slice(0, separator).trim(),
        parseQuantity(entry.slice(separator + 1).trim()),
      );
    } catch (error) {
      if (!(error instanceof QuantityError)) {
        throw error;
      }
    }
  }
  return amounts;
}

/**
 * The API server's refusal (`exceeded quota: NAME, requested: KEY=AMOUNT, used: KEY=AMOUNT, limited: KEY=AMOUNT`, as in
 * k8s.io/apiserver's resourcequota admission) in words for people; nothing if it is not of that form.
 */
export function refusedInWords(message: string): string {
  const match =
    /exceeded quota: [^,]{1,253}, requested: (.{1,500}?), used: (.{1,500}?), limited: (.{1,500})$/.exec(
      message.replace(/\s+/g, ' ').trim(),
    );
  if (!match) {
    return '';
  }
  const [requested, used, limited] = match.slice(1).map(amountsOf);
  for (const [key, amount] of requested) {
    const before = used.get(key);
    const limit = limited.get(key);
    if (before === undefined || limit === undefined) {
      continue;
    }
    if (key.endsWith('requests.storage')) {
      return ` It takes ${formatBytes(amount)}, while ${formatUsage(
        before,
        limit,
      )} were used.`;
    }
    if (key.endsWith('persistentvolumeclaims')) {
      return ` The quota allows ${limit} volumes, and ${before} were there.`;
    }
  }
  return '';
}
