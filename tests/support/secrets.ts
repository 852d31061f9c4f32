/** The secret of tests: made like a real one, and worth nothing. */
export const SECRET = "9mVw3Kq0XnT7cJ5uZbE1sLkY8aHgPd2MiQo4rWtC6Nf";
