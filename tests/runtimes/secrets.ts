/** The secret that seals. */
export const NEW_SECRET = "Zq3vT9wJc7uYbE1sLkX8aHgPd2MiQo5rVtC6NfK0mWs";
/** The secret before it. */
export const OLD_SECRET = "b4Kp2yWm8BzqLx4JdVtE7cRgNf1uAhS9oQi3rPb6XeT";
