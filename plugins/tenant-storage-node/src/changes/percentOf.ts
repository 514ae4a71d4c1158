/** A share as CDI writes it, such as `0.055`, in percent; null for what is no share. */
export function percentOf(share: string | null): string | null {
  return share !== null && /^\d+(\.\d+)?$/.test(share)
    ? `${Number((Number(share) * 100).toFixed(1))} %`
    : null;
}
