// Prints, as JSON, what postal-mime reads in the message on standard input.
import PostalMime from 'postal-mime';

const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const mail = await PostalMime.parse(Buffer.concat(chunks));
const {headers, from, to, replyTo, subject, messageId, date, text, html, attachments} = mail;
console.log(
    JSON.stringify({headers, from, to, replyTo, subject, messageId, date, text, html, attachments}),
);
