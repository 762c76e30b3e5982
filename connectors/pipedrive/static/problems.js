// What went wrong, in words for the person at the page.

/** Why something was not done. `status` is 0 where no answer came. */
export class Problem extends Error {
  constructor({ status = 0, code = null, detail, errors = {}, retryAfter = null }) {
    super(detail);
    Object.assign(this, { status, code, errors, retryAfter });
  }

  /** Whether the answer came: what was asked for was not done. */
  get answered() {
    return this.status > 0 && this.status < 500;
  }

  /** Whether somebody was waited for in vain: Pipedrive around the page, or the service. */
  get late() {
    return this.code === "silent" || this.code === "late";
  }
}
