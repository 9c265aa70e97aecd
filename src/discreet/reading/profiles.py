"""Languages that are noticed: words that give each away, and what its speaker is told. Written by hand; no corpus.

``strong`` are words of what somebody wants (pronouns, verbs, questions, a shop's nouns); ``weak`` are articles and the
like, which stand in foreign names and streets too. English words stand in no profile (tests/reading).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_UNCHANGED = str.maketrans({"ł": "l", "ß": "ss", "ø": "o", "æ": "ae", "đ": "d", "ı": "i", "ς": "σ", "œ": "oe"})
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True)
class Profile:
    """One language. ``code`` is its ISO 639-1 code."""

    code: str
    sentence: str
    strong: frozenset[str]
    weak: frozenset[str]


def words(text: str) -> list[str]:
    """The words of a text as profiles hold them: small, without accents."""
    plain = unicodedata.normalize("NFKD", text.lower().translate(_UNCHANGED))
    return _WORD.findall("".join(c for c in plain if unicodedata.category(c) != "Mn"))


ENGLISH = frozenset(
    words(
        "a about after again all also always am an and another any "
        "anyone are arrive arrived as ask at back be because"
        " been before being but buy by call came can cancel card "
        "change charge charged check could cost customer"
        " day days deliver delivered delivery did do does done down "
        "email ever every feedback find first for from get"
        " getting give go good got had has have hello help "
        "her here hey hi him his how i if in information into"
        " is it its just keep know last late like long look lost "
        "make me mine money more most much must my name"
        " need never new next not now number of off ok on one only or order ordered other our out over package"
        " parcel pay payment person please pro put question "
        "received refund return right said same see send sent"
        " she shop should show so some someone something soon speak "
        "status still stop take talk tell than thank thanks"
        " that the their them then there they thing think this "
        "time to today told too track two up us use used very"
        " want was way we well went were what when where which who why will with work would wrong yes yet you your"
    )
)
"""Its frequent words: evidence that a message is meant to be English. Those that are as frequent in another language
(no, he, come, per, hat, man) are evidence of nothing, and stand in no profile either."""


def _profile(code: str, sentence: str, strong: str, weak: str = "") -> Profile:
    return Profile(code, sentence, frozenset(words(strong)) - ENGLISH, frozenset(words(weak)) - ENGLISH)


LATIN = (
    _profile(
        "de",
        "Ich spreche leider nur Englisch. Ich helfe bei Bestellungen, "
        "Rückgaben, Adressen und Datenschutz. Wenn Sie mit "
        "einem Menschen sprechen möchten, schreiben Sie bitte: talk to a person",
        "ich bin ist sind wo wann wie warum wieso nicht kein keine "
        "mein meine meinen meiner mir mich sie haben habe"
        " kann kannst können könnten möchte wollen bitte danke "
        "wurde noch schon bestellung paket lieferung rückgabe"
        " geld sprechen deutsch zurück bekommen kommt gibt guten "
        "tag jemandem kaputt geschickt gekommen zurückschicken"
        " angekommen retoure erstattung seit wird werden wir ihr euch etwas falsch falsche ändern hilfe brauche",
        "der das dem den ein eine einen und oder für von zu zum zur auf im nach bei aus es mit",
    ),
    _profile(
        "fr",
        "Désolé, je ne parle qu'anglais. Je peux aider pour les commandes, "
        "les retours, les adresses et la vie privée. "
        "Pour parler à une personne, écrivez : talk to a person",
        "je j tu vous nous est suis où quand comment pourquoi pas "
        "ne n mon ma mes votre ai avez avons veux voudrais"
        " peux puis merci bonjour plaît commande colis livraison "
        "retour rembourser remboursement retourner renvoyer"
        " parler quelqu français reçu que qu c ce cette il elle sont fait encore toujours arrivé mal besoin"
        " changer quel quelle",
        "le la les l de d du des un une et à au aux pour dans sur avec en",
    ),
    _profile(
        "es",
        "Lo siento, solo hablo inglés. Puedo ayudar con pedidos, devoluciones, "
        "direcciones y privacidad. Para hablar con "
        "una persona, escriba: talk to a person",
        "yo estoy está es son dónde cuándo cómo qué mi mis quiero "
        "quisiera puedo puede puedes necesito tengo gracias"
        " hola favor pedido paquete entrega devolver devolución "
        "dinero hablar alguien español llegado llega recibido"
        " todavía muy hace mucho cambiar dirección ayuda ha han hay usted ustedes está roto aún buenos días",
        "el la los las de del un una y o para con en por lo al se que",
    ),
    _profile(
        "pt",
        "Desculpe, só falo inglês. Posso ajudar com encomendas, "
        "devoluções, moradas e privacidade. Para falar com uma "
        "pessoa, escreva: talk to a person",
        "eu estou está é são onde quando porquê não meu minha meus "
        "quero gostaria posso pode preciso tenho obrigado"
        " obrigada olá favor pedido encomenda entrega devolver dinheiro falar alguém pessoa português chegou chega"
        " recebi ainda muito você vocês fazer mudar ajuda quebrado bom dia foi qual",
        "o os da dos das um uma e ou para com em na que se ao",
    ),
    _profile(
        "it",
        "Mi dispiace, parlo solo inglese. Posso aiutare con ordini, "
        "resi, indirizzi e privacy. Per parlare con una "
        "persona, scriva: talk to a person",
        "io sono è dove quando perché non mio mia miei vorrei voglio "
        "posso può ho hai grazie buongiorno ciao favore"
        " ordine pacco consegna reso restituire rimborso soldi parlare qualcuno italiano arrivato ricevuto ancora"
        " molto questo questa mi avete fare cambiare indirizzo aiuto bisogno rotto che",
        "il lo la gli le l di d del della dei un uno una e ed con su al alla nel",
    ),
    _profile(
        "nl",
        "Sorry, ik spreek alleen Engels. Ik help met bestellingen, retouren, adressen en privacy. Wilt u een mens "
        "spreken, schrijf dan: talk to a person",
        "ik ben waar wanneer hoe waarom niet geen mijn wil graag kan kunt kunnen heb heeft hebben dank bedankt"
        " alstublieft goedendag bestelling pakket bezorging levering terugsturen terug retour geld praten spreken"
        " iemand nederlands gekomen ontvangen nog jullie u wordt deze veranderen wijzigen hulp nodig aangekomen",
        "de het een en voor van naar met op bij aan te",
    ),
    _profile(
        "pl",
        "Przepraszam, mówię tylko po angielsku. Mogę pomóc w sprawie "
        "zamówień, zwrotów, adresów i prywatności. Aby "
        "porozmawiać z człowiekiem, proszę napisać: talk to a person",
        "ja jestem jest są gdzie kiedy jak dlaczego nie mój moja moje moją mam chcę chciałbym chciałabym mogę może"
        " proszę dziękuję dzień dobry zamówienie zamówienia paczka paczki paczkę dostawa zwrot zwrócić pieniądze"
        " porozmawiać rozmawiać kimś polsku jeszcze już się czy dotarła przyszła mnie mi zmienić potrzebuję pomocy"
        " moją moich ile",
        "w z na od dla o oraz po za ze",
    ),
    _profile(
        "sv",
        "Tyvärr talar jag bara engelska. Jag kan hjälpa till med "
        "beställningar, returer, adresser och integritet. Skriv "
        "detta om du vill tala med en människa: talk to a person",
        "jag är var när hur varför inte ingen min mitt mina vill "
        "kan har fått tack hej beställning beställningen paket"
        " paketet leverans returnera pengar prata någon svenska kommit ännu skulle behöver hjälp ändra ni",
        "en ett och eller för av på med till från det som om",
    ),
    _profile(
        "da",
        "Jeg taler desværre kun engelsk. Jeg kan hjælpe med ordrer, "
        "returneringer, adresser og privatliv. Skriv dette, "
        "hvis du vil tale med et menneske: talk to a person",
        "jeg er hvor hvornår hvordan hvorfor ikke ingen min mit "
        "vil kan har fået tak hej bestilling ordre pakke pakken"
        " levering returnere penge tale nogen dansk kommet endnu gerne hjælp ændre skal jer",
        "en et og eller af på med til fra det som",
    ),
    _profile(
        "nb",
        "Jeg snakker dessverre bare engelsk. Jeg kan hjelpe med "
        "bestillinger, returer, adresser og personvern. Skriv "
        "dette hvis du vil snakke med et menneske: talk to a person",
        "jeg er hvor når hvordan hvorfor ikke ingen min mitt vil "
        "kan har fått takk hei bestilling bestillingen ordre"
        " pakke pakken levering returnere penger snakke noen norsk kommet ennå gjerne hjelp endre skal dere",
        "en et og eller av på med til fra det som",
    ),
    _profile(
        "fi",
        "Valitettavasti puhun vain englantia. Voin auttaa tilauksissa, "
        "palautuksissa, osoitteissa ja yksityisyydessä. Jos "
        "haluat puhua ihmisen kanssa, kirjoita: talk to a person",
        "minä olen missä milloin miten miksi ei ole minun haluan haluaisin voin voinko voisin voisinko kiitos hei"
        " tilaus tilaukseni tilausta paketti pakettini toimitus "
        "palauttaa palautus rahat rahani puhua jonkun suomea"
        " vielä saapunut tullut mutta onko kuinka kanssa tarvitsen apua muuttaa osoitetta",
        "ja tai että se tämä tämän kun",
    ),
    _profile(
        "cs",
        "Bohužel mluvím jen anglicky. Mohu pomoci s objednávkami, "
        "vrácením, adresami a soukromím. Chcete-li mluvit s "
        "člověkem, napište: talk to a person",
        "jsem je jsou kde kdy jak proč nemám můj moje moji mám chci chtěl chtěla bych mohu můžu může prosím děkuji"
        " dobrý den objednávka objednávku objednávky balík zásilka "
        "doručení vrátit peníze mluvit někým česky ještě už"
        " mi nepřišla nepřišel dorazila potřebuji pomoc změnit ne",
        "v z na od k s ale že se ze",
    ),
    _profile(
        "ro",
        "Îmi pare rău, vorbesc doar engleză. Vă pot ajuta cu comenzi, "
        "retururi, adrese și confidențialitate. Pentru a "
        "vorbi cu o persoană, scrieți: talk to a person",
        "eu sunt este unde când cum nu meu mea mele vreau aș putea "
        "pot poate mulțumesc bună ziua vă rog comanda comandă"
        " colet coletul livrare returnez returna banii vorbesc "
        "cineva română încă ajuns primit îmi mi schimb ajutor",
        "și sau la cu din pe pentru un o să ce",
    ),
    _profile(
        "hu",
        "Sajnos csak angolul beszélek. Rendelésekben, visszaküldésben, "
        "címekben és adatvédelemben tudok segíteni. Ha "
        "emberrel szeretne beszélni, írja be: talk to a person",
        "vagyok van hol mikor hogyan miért nem szeretnék szeretném "
        "akarok tudok lehet köszönöm kérem napot rendelésem"
        " rendelés rendelést csomag csomagom szállítás visszaküldeni visszaküldés pénz pénzem pénzemet beszélni"
        " valakivel magyarul még érkezett kaptam meg tudom",
        "egy és vagy hogy ezt az a",
    ),
    _profile(
        "tr",
        "Maalesef yalnızca İngilizce biliyorum. Siparişler, iadeler, "
        "adresler ve gizlilik konularında yardımcı olabilirim. "
        "Bir insanla görüşmek için şunu yazın: talk to a person",
        "nerede zaman nasıl neden niye değil benim istiyorum isterim var yok lütfen teşekkürler teşekkür merhaba"
        " sipariş siparişim siparişimi kargo kargom paketim teslimat "
        "iade etmek para paramı konuşmak biriyle türkçe"
        " henüz gelmedi hala mi ne kadar istemiyorum adresimi değiştirmek yardım",
        "bir ve veya için ile bu da çok",
    ),
    _profile(
        "hr",
        "Nažalost govorim samo engleski. Mogu pomoći oko narudžbi, "
        "povrata, adresa i privatnosti. Ako želite razgovarati "
        "s osobom, napišite: talk to a person",
        "ja sam je su gdje kada kako zašto nije moj moja moje imam želim htio htjela mogu molim hvala dobar dan"
        " narudžba narudžbu paket dostava vratiti novac razgovarati nekim hrvatski još stigla stigao trebam pomoć",
        "u na od za s iz da li se",
    ),
)
"""Languages in Latin letters."""

OTHER_SCRIPTS = (
    _profile(
        "ru",
        "К сожалению, я говорю только по-английски. Я помогу с заказами, возвратами, адресами и вопросами "
        "конфиденциальности. Чтобы поговорить с человеком, напишите: talk to a person",
        "я мой моя мое мои мою где когда как почему не нет хочу могу "
        "можно пожалуйста спасибо здравствуйте заказ заказа"
        " посылка посылку доставка вернуть возврат деньги поговорить "
        "человеком русски еще пришла пришел это мне вы есть"
        " что кто нужна помощь изменить адрес до сих",
        "у в на с по и к из",
    ),
    _profile(
        "uk",
        "На жаль, я розмовляю лише англійською. Я допоможу із замовленнями, "
        "поверненнями, адресами та приватністю. Щоб "
        "поговорити з людиною, напишіть: talk to a person",
        "мій моє мою де коли чому ні можу будь ласка дякую добрий день замовлення посилка посилку повернути гроші"
        " поговорити людиною українською ще прийшла прийшло це мені є я хочу як потрібна допомога змінити",
        "у в на з і та до",
    ),
    _profile(
        "bg",
        "За съжаление говоря само английски. Мога да помогна с поръчки, "
        "връщане, адреси и поверителност. За да говорите с "
        "човек, напишете: talk to a person",
        "аз моята моят къде кога защо искам мога моля благодаря "
        "здравейте поръчка поръчката пратка пратката върна пари"
        " парите говоря човек български още пристигнала ми съм е не как",
        "да на от с за в и",
    ),
    _profile(
        "el",
        "Λυπάμαι, μιλώ μόνο αγγλικά. Μπορώ να βοηθήσω με παραγγελίες, "
        "επιστροφές, διευθύνσεις και απόρρητο. Για να "
        "μιλήσετε με άνθρωπο, γράψτε: talk to a person",
        "που πότε πώς γιατί δεν είναι μου θέλω μπορώ παρακαλώ ευχαριστώ "
        "γεια σας παραγγελία δέμα παράδοση επιστρέψω"
        " επιστροφή χρήματα μιλήσω κάποιον ελληνικά ακόμα έχω ήρθε έρθει",
        "το η την να με σε και",
    ),
    _profile(
        "ar",
        "عذرًا، أتحدث الإنجليزية فقط. يمكنني المساعدة في الطلبات "
        "والإرجاع والعناوين والخصوصية. للتحدث مع شخص اكتب: "
        "talk to a person",
        "أين متى كيف لماذا لم لا هل أريد أنا فضلك شكرا مرحبا طلبي "
        "طلب الطرد توصيل إرجاع المال أتحدث شخص العربية بعد"
        " يصل تصل يمكنني طردي نقودي",
        "في على من مع إلى أن",
    ),
    _profile(
        "he",
        "מצטערים, אני מדבר רק אנגלית. אפשר לעזור בהזמנות, החזרות, "
        "כתובות ופרטיות. כדי לדבר עם אדם, כתבו: talk to a person",
        "איפה מתי איך למה לא אני רוצה יכול יכולה בבקשה תודה שלום "
        "ההזמנה הזמנה שלי החבילה חבילה משלוח להחזיר כסף הכסף"
        " לדבר מישהו עברית עדיין הגיעה",
        "את של עם זה",
    ),
    _profile(
        "hi",
        "क्षमा करें, मैं केवल अंग्रेज़ी समझता हूँ। मैं ऑर्डर, वापसी, पते और "
        "निजता में मदद कर सकता हूँ। किसी व्यक्ति से बात करने के लिए लिखें: "
        "talk to a person",
        "मेरा मेरी मेरे कहाँ कहां कब कैसे क्यों नहीं है हैं मैं मुझे चाहता चाहती हूँ हूं कृपया धन्यवाद नमस्ते ऑर्डर पैकेज वापस पैसे बात अभी तक आया",
        "से को का की के में यह",
    ),
)
"""Languages whose letters are not Latin, with spaces between words."""

WITHOUT_SPACES = {
    "ja": (
        "申し訳ありませんが、英語しか話せません。注文、返品、住所、"
        "プライバシーについてお手伝いできます。担当者と話すには、"
        "次のように書いてください: talk to a person",
        "は が を です ます ません ください ました どこ いつ たい ない",
    ),
    "zh": (
        "抱歉，我只会英语。我可以帮助处理订单、退货、地址和隐私问题。如需与人工客服交谈，请输入：talk to a person",
        "我 的 了 吗 嗎 你 您 在 不 没 沒 是 想 要 请 請 什么 哪 怎么 们 这 這 能 还 還",
    ),
    "ko": (
        "죄송하지만 저는 영어만 할 수 있습니다. 주문, 반품, 주소, "
        "개인정보에 대해 도와드릴 수 있습니다. 사람과 이야기하려면 "
        "다음과 같이 써 주세요: talk to a person",
        "요 니다 니까 까요 제 어디 언제 안 주문 은 는 을 를 고 싶",
    ),
    "th": (
        "ขออภัย ฉันพูดได้เฉพาะภาษาอังกฤษ ฉันช่วยเรื่องคำสั่งซื้อ การคืนสินค้า "
        "ที่อยู่ และความเป็นส่วนตัวได้ หากต้องการคุยกับคน "
        "โปรดพิมพ์: talk to a person",
        "ครับ ค่ะ คะ ฉัน ผม ไม่ อยาก ได้ ที่ไหน เมื่อไหร่ คำสั่งซื้อ พัสดุ ยัง ของ กับ",
    ),
}
"""What is said, and pieces of sentences that stand in no name and no address; two of them are needed."""

BY_CODE = {profile.code: profile.sentence for profile in (*LATIN, *OTHER_SCRIPTS)} | {
    code: sentence for code, (sentence, _) in WITHOUT_SPACES.items()
}
