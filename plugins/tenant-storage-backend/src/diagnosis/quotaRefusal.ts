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
    if (separator < 1) {
      continue;
    }
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

/** A refusal by a quota, as the API server tells it; amounts in bytes or numbers of claims, by the quota's keys. */
export interface QuotaRefusal {
  /** The claim that was refused; absent if the message does not tell. */
  claim?: string;
  quota: string;
  requested: Map<string, bigint>;
  used: Map<string, bigint>;
  limited: Map<string, bigint>;
}

/**
 * Reads the API server's refusal (`persistentvolumeclaims "CLAIM" is forbidden: exceeded quota: NAME, requested: KEY=AMOUNT, used:
 * KEY=AMOUNT, limited: KEY=AMOUNT`, as in k8s.io/apiserver's resourcequota admission); undefined if it is not of that form.
 */
export function readQuotaRefusal(message: string): QuotaRefusal | undefined {
  const text = message.replace(/\s+/g, ' ').trim();
  const match =
    /exceeded quota: ([^,]{1,253}), requested: (.{1,500}?), used: (.{1,500}?), limited: (.{1,500})$/.exec(
      text,
    );
  if (!match) {
    return undefined;
  }
  const [requested, used, limited] = match.slice(2).map(amountsOf);
  return {
    claim: /persistentvolumeclaims "([^"]{1,253})" is forbidden/.exec(
      text,
    )?.[1],
    quota: match[1],
    requested,
    used,
    limited,
  };
}

/** The API server's refusal in words for people; nothing if it is not of the form that {@link readQuotaRefusal} reads. */
export function refusedInWords(message: string): string {
  const refusal = readQuotaRefusal(message);
  if (!refusal) {
    return '';
  }
  const { requested, used, limited } = refusal;
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
