import type {
  ChangeImpact,
  StorageChangeKind,
  UnderClusterFacts,
} from '@kmetal/backstage-plugin-tenant-storage-common';
import type { z } from 'zod/v3';
import type { GitOpsErrorParts } from '../gitops';
import type { RepositoryDraft } from '../gitops/repositoryDraft';
import type { ChangeGate } from './changePlan';

/**
 * A field of a change's form, described for people, as the Scaffolder takes it: Zod 3.
 *
 * @public
 */
export type StorageChangeField = (zod: typeof z) => z.ZodTypeAny;

/**
 * Whether what was asked for is there.
 *
 * @public
 */
export type ChangeArrival =
  | { known: false }
  | {
      known: true;
      arrived: boolean;
      /** What is still missing, in a sentence for the platform team; '' once it has arrived. */
      missing: string;
    };

/** What a planner works with. */
export interface Planning<Request> {
  underCluster: string;
  request: Request;
  facts: UnderClusterFacts;
  /** Git, to be edited. */
  draft: RepositoryDraft;
  /** Notes why the change must not be made, and goes on looking for more reasons. */
  refuse(parts: GitOpsErrorParts): void;
  /** Notes something to know before the change is asked for or approved; `code` is stable. */
  warn(code: string, message: string): void;
}

/** What a planner says of the change that it made in the draft. */
export interface PlannedChange {
  /** Of the pull request: one line, made of checked names only. */
  title: string;
  /** What it means: before and after, tenants affected, headroom, capacity, what stays as it is. */
  impact: ChangeImpact[];
  /** Sentences for the approver, such as what happens next; plain text. */
  notes?: string[];
  /** Said if nothing is to be changed, because Git says so already. */
  alreadyThere: string;
}

/**
 * One kind of change of an under cluster's storage: pure, and the same for preview, action, gates and what follows a request.
 *
 * @public
 */
export interface StorageChange<Request = unknown> {
  kind: StorageChangeKind;
  /** Of the Scaffolder's action, such as `kmetal:velero:location`. */
  action: string;
  /** Such as "Backup location". */
  title: string;
  /** What the action does, in a sentence. */
  description: string;
  /** The fields of the input besides `underCluster` and `reason`. */
  fields: Readonly<Record<string, StorageChangeField>>;
  /**
   * Checks what fields alone can't tell, such as names and sizes.
   *
   * @param input - of the shape that `fields` describe.
   * @throws GitOpsError that names the field and the remedy.
   */
  read(input: Record<string, unknown>): Request;
  /** The name of what is changed: with the under cluster and the kind it tells one change from another. A DNS subdomain (RFC 1123). */
  objectOf(request: Request): string;
  /** Namespaces of the under cluster whose claims, quotas, snapshots and jobs the plan needs to know. */
  namespacesOf(request: Request): string[];
  /** What must be so in the under cluster before the change is merged; judged again until then. */
  gatesOf(request: Request, facts: UnderClusterFacts): ChangeGate[];
  /** Whether the under cluster has what was asked for. */
  arrivalOf(request: Request, facts: UnderClusterFacts): ChangeArrival;
  /** Inputs with what they ask for, for the action's examples; the first is the plainest. */
  examples: ReadonlyArray<{
    description: string;
    input: Record<string, unknown>;
  }>;
}

/** A kind of change with its planner. */
export interface PlannableChange<Request = unknown>
  extends StorageChange<Request> {
  /**
   * Makes the change in the draft.
   *
   * @throws GitOpsError for what ends the planning; whatever else speaks against it goes to `refuse`.
   */
  plan(planning: Planning<Request>): PlannedChange;
}
