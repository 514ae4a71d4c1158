import { InputError } from '@backstage/errors';

/**
 * Why a change to a repository is refused. The words are stable: screens and tests go by them.
 *
 * @public
 */
export type GitOpsErrorCode =
  | 'aliasBomb'
  | 'aliasValue'
  | 'anchoredValue'
  | 'belowUse'
  | 'boundaryBroken'
  | 'branchInvalid'
  | 'confirmationMissing'
  | 'customTag'
  | 'defaultTaken'
  | 'duplicateKey'
  | 'encryptedBySops'
  | 'factUnknown'
  | 'fileTooLarge'
  | 'fluxSubstitution'
  | 'headroomTooSmall'
  | 'helmTemplate'
  | 'imageNotPinned'
  | 'inputInvalid'
  | 'inUse'
  | 'kustomizeGenerator'
  | 'kustomizePatch'
  | 'manifestAmbiguous'
  | 'manifestShared'
  | 'mergeValue'
  | 'nameInvalid'
  | 'nameTaken'
  | 'noProtection'
  | 'notConfigured'
  | 'notFound'
  | 'notInstalled'
  | 'notReady'
  | 'notReleased'
  | 'notScalar'
  | 'notSupported'
  | 'notText'
  | 'notYaml'
  | 'onlyIntendedPathMayDiffer'
  | 'otherSettings'
  | 'ownedByHelmRelease'
  | 'ownedElsewhere'
  | 'pathInvalid'
  | 'pathOfNodeInvalid'
  | 'pathTaken'
  | 'reasonInvalid'
  | 'secretInGit'
  | 'severalRepositories'
  | 'sizeInvalid'
  | 'symlink'
  | 'tabIndentation'
  | 'unsafe'
  | 'urlInvalid'
  | 'useUnknown'
  | 'volumesLeft';

/**
 * What a {@link GitOpsError} is made of.
 *
 * @public
 */
export interface GitOpsErrorParts {
  code: GitOpsErrorCode;
  /** What is wrong, in one sentence that names the thing. */
  problem: string;
  /** What to do about it, and where. */
  remedy: string;
  /** The field of the request or of the settings that is wrong. */
  field?: string;
  /** The file that is in the way, by its path in the repository. */
  file?: string;
  /** The line of `file`, counted from 1. */
  line?: number;
  /** What else the platform team wants to know; may tell of other tenants, so it is never shown to one. */
  fleetDetail?: string;
}

/**
 * A refusal where there is one text for all of it: the field and the place, the problem, what to do. Each is told once.
 *
 * @public
 */
export function refusalText(parts: {
  problem: string;
  remedy: string;
  field?: string | null;
  file?: string | null;
  line?: number | null;
}): string {
  const { problem, remedy, field, file, line } = parts;
  const place = file && (line ? `${file}:${line}` : file);
  const about = [field, place].filter(Boolean).join(', ');
  return `${about ? `${about}: ` : ''}${problem} ${remedy}`;
}

/**
 * A change that is refused, with the field or the file and line it is about, and what to do. Its message tells all of that, as
 * {@link refusalText} does; a screen shows `problem` and `remedy`. Its name stays `InputError`, so that an HTTP answer is a 400.
 *
 * @public
 */
export class GitOpsError extends InputError {
  readonly code: GitOpsErrorCode;
  /** What is wrong, alone. */
  readonly problem: string;
  readonly remedy: string;
  readonly field?: string;
  readonly file?: string;
  readonly line?: number;
  /** Not enumerable, so that no error answer carries it. */
  readonly fleetDetail?: string;

  constructor(parts: GitOpsErrorParts) {
    const { code, problem, remedy, field, file, line, fleetDetail } = parts;
    super(refusalText(parts));
    this.code = code;
    this.problem = problem;
    this.remedy = remedy;
    this.field = field;
    this.file = file;
    this.line = line;
    Object.defineProperty(this, 'fleetDetail', {
      value: fleetDetail,
      enumerable: false,
    });
  }
}
