import { createContext, useCallback, useContext } from 'react';

/** What the form in which one asks for more storage is filled in with. */
export interface Wish {
  underCluster: string;
  tenant: string;
  /** A Kubernetes quantity such as 60Gi: the whole quota. */
  size?: string;
  reason?: string;
}

/** Browsers, and proxies before the portal, take addresses of some 8,000 characters; a reason may be longer than that. */
const LONGEST_REASON = 1_000;

/**
 * The address of the form, filled in. The Scaffolder takes the query parameter `formData` for its first values.
 *
 * @param templatePath - where the template's form is
 */
export function filledInForm(templatePath: string, wish: Wish): string {
  const { underCluster, tenant, size, reason } = wish;
  const formData = {
    tenant: { underCluster, tenant },
    ...(size ? { size } : {}),
    ...(reason && reason.length <= LONGEST_REASON ? { reason } : {}),
  };
  return `${templatePath}?formData=${encodeURIComponent(
    JSON.stringify(formData),
  )}`;
}

/**
 * Where the form is, as the system that mounts a content component knows it; undefined where there is none, and then nothing on the
 * page leads to it.
 */
export const RequestFormPathContext = createContext<string | undefined>(
  undefined,
);

/** The address of the form for a wish; undefined where there is no form. */
export function useRequestForm(): ((wish: Wish) => string) | undefined {
  const path = useContext(RequestFormPathContext);
  const form = useCallback(
    (wish: Wish) => filledInForm(path ?? '', wish),
    [path],
  );
  return path === undefined ? undefined : form;
}
