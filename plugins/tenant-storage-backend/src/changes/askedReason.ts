/** For the planner, of a preview that is about the change alone; what it makes of it is not shown. */
export const NOT_ASKED_YET = 'The reason is not written yet.';
